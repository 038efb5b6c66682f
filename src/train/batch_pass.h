// Phase A of a training step: the packs of a batch forward and backward through the network.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/aligned.h"
#include "train/pack_runner.h"

namespace lenet {

/// Where a step takes its random numbers from.
struct StepPlace {
  std::uint64_t seed = 0;  ///< of Dropout
  std::int64_t step = 0;   ///< from 0
};

/// Packs of a batch that go through the network together.
struct MicroBatch {
  std::int64_t first, count;  ///< packs
};

/// Drives packs through the network, and keeps the gradients that they leave. Without normalisation
/// over the batch a thread takes a pack through all of the network, in its own arena; with it,
/// every pack has an arena, and all meet at each normalisation.
class BatchPass {
 public:
  /// packs: in the largest micro-batch. Refers to the runner and the network.
  BatchPass(PackRunner& runner, Sequential& net, const LossOptions& loss, std::int64_t packs);

  /// All packs of the batch must be in one micro-batch.
  bool whole_batch() const { return runner_.plan().segments().size() > 1; }

  /// Adds the packs' metrics to `total` one by one: its bits do not depend on the micro-batches.
  void run(const Batch& batch, const MicroBatch& micro_batch, const StepPlace& place,
           Metrics& total);

  const cpu::BatchGradients& gradients() const { return gradients_; }

 private:
  /// What is the same for all packs of a run.
  struct Run {
    const Batch& batch;
    MicroBatch micro_batch;
    StepPlace place;
    Loss loss;
  };

  float* arena(std::int64_t pack, int thread) {
    return whole_batch() ? arenas_.data() + pack * runner_.arena_size() : runner_.arena(thread);
  }
  std::int64_t images_of(const Run& run, std::int64_t pack) const;
  void forward(const Run& run, std::size_t segment);
  void backward(const Run& run, std::size_t segment);
  void backward_rest(const cpu::Segment& segment, const cpu::PackPass& pass,
                     const cpu::PackGradients& gradients);
  template <class F>
  void for_each_norm(const cpu::Segment& segment, F f);
  cpu::PackStatistics statistics(const Run& run, std::int64_t first) const;
  void loss(const Run& run, std::int64_t pack, float* arena);
  float* ask_teacher(const Run& run, std::int64_t pack, int thread);
  template <class F>
  void for_each_pack(const Run& run, F f);

  PackRunner& runner_;
  Sequential& net_;
  LossOptions loss_options_;
  std::optional<PackForward> teacher_;
  AlignedFloats teacher_outputs_;  ///< of each pack
  cpu::BatchGradients gradients_;
  AlignedFloats statistics_;
  std::int64_t statistics_size_ = 0;  ///< floats of a pack's, at one barrier
  bool upward_ = false;
  AlignedFloats arenas_;  ///< one a pack, with whole_batch()
  std::vector<PackTargets> targets_;
  std::vector<Metrics> metrics_;
};

}  // namespace lenet
