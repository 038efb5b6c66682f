// What to think of a loss that does not fall.
#pragma once

#include <cstdint>
#include <string>

#include "lenet/fit.h"

namespace lenet {

/// Watches the epochs of a run for a loss that stays at ln(classes).
class ChanceLevel {
 public:
  /// Refers to both. The network is the one that trains.
  ChanceLevel(Sequential& net, const Dataset& train) : net_(net), train_(train) {}

  /// After each epoch: once there have been two at chance level, the explanation, and never again;
  /// else "".
  std::string explain(const EpochReport& epoch);

 private:
  std::string explanation(double loss) const;

  Sequential& net_;
  const Dataset& train_;
  std::int64_t epochs_ = 0;  ///< at chance level, one after the other
  bool explained_ = false;
};

}  // namespace lenet
