// How the weights of a run moved, epoch by epoch.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "lenet/sequential.h"
#include "lenet/shape.h"

namespace lenet {

/// Histograms, norms and updates of each parameter, and the filters of the first convolution.
/// Bounded: of more epochs than it keeps, every second one goes.
class WeightHistory {
 public:
  void add(std::int64_t epoch, const std::vector<NamedParameter>& parameters);

  /// web/src/source.ts: Weights, without "run".
  nlohmann::ordered_json document() const;

 private:
  struct Moment {
    std::int64_t epoch;
    double low, high, norm;
    double update;  ///< norm of what an epoch has changed, a mean of those since the moment before;
                    ///< NaN of the first
    std::vector<std::int64_t> counts;  ///< between low and high
  };
  struct Tensor {
    std::string name;
    Shape shape;
    std::vector<float> last;
    std::vector<Moment> moments = {};
  };

  void thin();

  std::vector<Tensor> tensors_;
  Tensor filter_;                            ///< of the first convolution: name and shape
  std::vector<std::vector<float>> filters_;  ///< its values, a moment each
};

}  // namespace lenet
