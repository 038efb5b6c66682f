// What a trainer does with a BatchNorm layer between the packs.
#pragma once

#include <cstdint>
#include <span>

#include "lenet/layers.h"

namespace lenet {

/// The layer, if it is one; else null.
const BatchNorm* batch_norm_of(const Layer& layer);

/// Two numbers a channel from each pack of a batch, pack by pack: the first of each channel, then
/// the second.
struct PackStatistics {
  const float* values;
  std::int64_t stride;  ///< floats from pack to pack
  std::int64_t packs;
  std::int64_t images;  ///< of the batch: all packs but the last are full
};

/// The training passes of a BatchNorm. Forward: collect() for each pack, gather() once all are
/// done, then the layer's forward(). Backward: collect_backward(), gather_backward(), backward().
/// `prepared` is the layer's.
class BatchNormPasses {
 public:
  explicit BatchNormPasses(const BatchNorm& layer) : layer_(layer) {}

  std::int64_t statistics_size() const { return 2 * layer_.shape_.channels; }

  /// Throws Error (kUsage) for a batch with one value a channel: it has no variance.
  void require_values(std::int64_t images) const;

  /// Mean and squared deviations of one pack's input.
  void collect(const float* x, std::int64_t images, float* statistics) const;

  /// Mean and variance of the batch into `prepared`, and the running ones in `buffers` moved
  /// towards them.
  void gather(const PackStatistics& packs, std::span<const float> parameters,
              std::span<float> buffers, float* prepared) const;

  /// The sums that the gradients by bias and weight are, of one pack.
  void collect_backward(const float* x, const float* dy, const float* prepared,
                        float* statistics) const;

  /// Their means over the batch into `prepared`.
  void gather_backward(const PackStatistics& packs, float* prepared) const;

  /// The running mean and variance into `prepared`: what an evaluation normalises by.
  void prepare_evaluation(std::span<const float> parameters, std::span<const float> buffers,
                          float* prepared) const;

 private:
  void lay_out(std::span<const float> parameters, std::int64_t channel, double mean,
               double variance, float* prepared) const;

  const BatchNorm& layer_;
};

}  // namespace lenet
