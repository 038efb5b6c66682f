// BatchNorm on the CPU, which reduces over the packs of a batch twice in a training step.
#pragma once

#include <cstdint>
#include <span>

#include "cpu/stage.h"

namespace lenet::cpu {

/// Two numbers a channel from each pack of a batch, pack by pack: the first of each channel, then
/// the second.
struct PackStatistics {
  const float* values;
  std::int64_t stride;  ///< floats from pack to pack
  std::int64_t packs;
  std::int64_t images;  ///< of the batch: all packs but the last are full
};

/// Training by the batch's statistics. Forward: collect() for each pack, reduce() once all are
/// done, then forward(). Backward: collect_backward(), reduce_backward(), backward(). `packed` is
/// the stage's.
class BatchNormStage final : public CpuStage {
 public:
  BatchNormStage(const BatchNormOp& op, const StageShape& shape);

  std::int64_t statistics_size() const { return 2 * channels_; }

  void forward(const PackForward& pass) const override;
  void backward(const PackBackward& pass) const override;
  void forward_image(const ImageForward& pass) const override;

  /// Mean and squared deviations of one pack's input.
  void collect(const float* x, std::int64_t images, float* statistics) const;

  /// Mean and variance of the batch into `packed`, and the running ones in `buffers` moved towards
  /// them.
  void reduce(const PackStatistics& packs, std::span<const float> parameters,
              std::span<float> buffers, float* packed) const;

  /// The sums that the gradients by bias and weight are, of one pack.
  void collect_backward(const float* x, const float* dy, const float* packed,
                        float* statistics) const;

  /// Their means over the batch into `packed`.
  void reduce_backward(const PackStatistics& packs, float* packed) const;

  /// The running mean and variance into `packed`: what an evaluation normalises by.
  void pack_statistics(std::span<const float> parameters, std::span<const float> buffers,
                       float* packed) const;

 private:
  void pack_channel(std::span<const float> parameters, std::int64_t channel, double mean,
                    double variance, float* packed) const;

  BatchNormOp op_;
  std::int64_t channels_, positions_;
};

}  // namespace lenet::cpu
