// Phase A of a training step: the packs of a batch forward and backward through the network.
#pragma once

#include <cstdint>
#include <vector>

#include "base/aligned.h"
#include "train/pack_runner.h"

namespace lenet {

/// What a training pass adds to the network and the batch.
struct LossOptions {
  float label_smoothing = 0;
  std::uint64_t seed = 0;  ///< of Dropout
  std::int64_t step = 0;   ///< from 0
};

/// Packs of a batch that go through the network together.
struct Wave {
  std::int64_t first, count;  ///< packs
};

/// Drives packs through the network, and keeps the gradients that they leave: in a slot for each
/// pack, and in panels (see Plan). Without normalisation over the batch a thread takes a pack
/// through all of the network, in its own arena; with it, every pack has an arena, and all meet at
/// each normalisation.
class BatchPass {
 public:
  /// packs: in the largest wave. Refers to the runner and the network.
  BatchPass(PackRunner& runner, Sequential& net, std::int64_t packs);

  /// All packs of the batch must be in one wave.
  bool whole_batch() const { return runner_.plan().segments().size() > 1; }

  /// Adds the packs' metrics to `total` one by one: its bits do not depend on the waves.
  void run(const Batch& batch, const Wave& wave, const LossOptions& options, Metrics& total);

  std::int64_t packs() const { return packs_; }
  const float* slots() const { return slots_.data(); }
  const float* panels() const { return panels_.data(); }

 private:
  /// What is the same for all packs of a run.
  struct Run {
    const Batch& batch;
    Wave wave;
    LossOptions options;
  };

  float* arena(std::int64_t pack, int thread) {
    return whole_batch() ? arenas_.data() + pack * runner_.arena_size() : runner_.arena(thread);
  }
  std::int64_t images_of(const Run& run, std::int64_t pack) const;
  void forward(const Run& run, std::size_t segment);
  void backward(const Run& run, std::size_t segment);
  void backward_rest(const cpu::Segment& stages, const cpu::PackPass& pass,
                     const cpu::BackwardMemory& memory);
  void loss(const Run& run, std::int64_t pack, float* arena);
  template <class F>
  void for_each_pack(const Run& run, F f);

  PackRunner& runner_;
  Sequential& net_;
  std::int64_t packs_;
  AlignedFloats slots_, panels_, statistics_;
  std::int64_t statistics_size_ = 0;  ///< floats of a pack's
  bool upward_ = false;
  AlignedFloats arenas_;  ///< one a pack, with whole_batch()
  std::vector<PackLabels> labels_;
  std::vector<Metrics> metrics_;
};

}  // namespace lenet
