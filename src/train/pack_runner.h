// What training and evaluation share: threads, each with an arena, that take a batch pack by pack.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "base/aligned.h"
#include "base/packs.h"
#include "base/thread_team.h"
#include "cpu/plan.h"
#include "lenet/sequential.h"
#include "lenet/trainer.h"
#include "train/loss.h"

namespace lenet {

inline constexpr int kMaxThreads = 1024;

/// `threads`, or the CPUs that this process may use for 0. Throws Error (kUsage) out of 0 to
/// kMaxThreads.
int checked_threads(int threads);

/// Throws Error (kUsage) unless the network is built and has parameters.
void require_trainable(const Sequential& net);

/// Throws Error (kUsage) unless the network is built for images of this shape and has an output a
/// class, or one for each float of a target.
void require_fit(const Sequential& net, const Dataset& data);

/// The same for a batch, of whatever kind; one of floats may be without targets.
void require_fit(const Sequential& net, const Batch& batch);

/// The same for a batch whose targets count for nothing.
void require_images(const Sequential& net, const Batch& batch);

/// Throws Error (kUsage) unless every normalisation over the batch can take one of so many images;
/// where there is one, no batch may be larger than `most`.
void require_normalizable(const Graph& graph, const Frozen& frozen, std::int64_t images,
                          std::int64_t most);

/// What an arena has room for.
enum class ArenaUse { kEvaluation, kTraining };

/// A network made ready to run, with an arena for each of so many threads. Refers to the network.
class PackForward {
 public:
  PackForward(const Sequential& net, int threads, ArenaUse use, const Frozen& frozen = {});

  /// plan: of the network, or of a part of it.
  PackForward(const Sequential& net, cpu::Plan plan, int threads, ArenaUse use);

  const Sequential& net() const { return net_; }
  const cpu::Plan& plan() const { return plan_; }
  float* packed() { return packed_.data(); }
  /// Floats of an arena: the values', and room for a pack of images of bytes and for one to mix
  /// them with; whole cache lines.
  std::int64_t arena_size() const {
    const std::int64_t images = (element_count(net_.input_shape()) * (kPack + 1) + 3) / 4;
    return values_size_ + whole_packs(images);
  }
  float* arena(int thread) { return arenas_[static_cast<std::size_t>(thread)].data(); }

  /// Packs all weights and statistics, after something has set them.
  void pack() { plan_.pack(net_, packed_.data()); }

  /// Packs what an evaluation after training steps needs: running statistics.
  void pack_for_evaluation() { plan_.pack_statistics(net_, packed_.data()); }

  /// Packs what a training step needs beside the weights: statistics that are frozen.
  void pack_for_step() { plan_.pack_fixed_statistics(net_, packed_.data()); }

  /// Gathers pack `pack` of the batch into an arena's `x`, augmented and standardised, and returns
  /// its targets.
  PackTargets gather(const Batch& batch, std::int64_t pack, float* arena, float* x) const;

  /// gather() and the forward pass of an evaluation.
  PackTargets forward(const Batch& batch, std::int64_t pack, int thread);

  /// The outputs of the plan for the pack that forward() had last, (outputs, kPack).
  const float* outputs(int thread) { return arena(thread) + plan_.evaluation().output(); }

 private:
  const Sequential& net_;
  cpu::Plan plan_;
  std::int64_t values_size_;
  AlignedFloats packed_;
  std::vector<AlignedFloats> arenas_;
};

/// The same with its threads.
class PackRunner : public PackForward {
 public:
  /// threads: 0 takes the CPUs that this process may use. Throws Error (kUsage).
  PackRunner(const Sequential& net, int threads, ArenaUse use, const Frozen& frozen = {})
      : PackForward(net, checked_threads(threads), use, frozen), team_(checked_threads(threads)) {}
  PackRunner(const Sequential& net, cpu::Plan plan, int threads, ArenaUse use)
      : PackForward(net, std::move(plan), checked_threads(threads), use),
        team_(checked_threads(threads)) {}

  ThreadTeam& team() { return team_; }
  const ThreadTeam& team() const { return team_; }

 private:
  ThreadTeam team_;
};

/// The forward pass of the images that `order` names.
Evaluation evaluate(PackRunner& runner, const Dataset& data, std::span<const std::int32_t> order,
                    std::optional<LossFunction> function);

}  // namespace lenet
