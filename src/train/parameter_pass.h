// Phase B of a training step: the gradient of each parameter, and the optimizer's step on it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/aligned.h"
#include "lenet/trainer.h"
#include "train/muon.h"
#include "train/optimizer.h"
#include "train/pack_runner.h"
#include "train/training_state.h"

namespace lenet {

/// Sums what phase A left, parameter by parameter and in the order of the packs, and applies the
/// optimizer. Every sum has one owner and one order, whatever the number of threads.
class ParameterPass {
 public:
  /// Refers to all of them.
  ParameterPass(PackRunner& runner, Sequential& net, const cpu::BatchGradients& gradients,
                const Trainer::Options& options, const Frozen& frozen);

  /// Before phase A moves the buffers.
  void begin();

  /// After a micro-batch of `images`: its gradients, added to those of the micro-batches before if
  /// `accumulate`, and the step if lr is not null. A gradient that is not finite leaves all as
  /// before the step.
  void run(std::int64_t images, bool accumulate, const double* lr);

  /// Instead of a step: the buffers as they were.
  void end_without_step();

  /// The last layer whose gradient was not finite in the last step: where the way back began.
  std::optional<std::int64_t> bad_layer() const;

  std::span<const float> gradient() const {
    return {gradient_.data(), static_cast<std::size_t>(gradient_.size())};
  }
  std::int64_t steps() const { return state_.steps; }

  void go_back();
  void parameters_changed();
  Trainer::Snapshot snapshot() const;
  void restore(const Trainer::Snapshot& from);
  void swap_averages();

 private:
  /// A part of one stage's parameters: what a thread updates at a time.
  struct Task {
    const cpu::PlannedStage* stage;
    cpu::UpdatePart part;
    std::vector<ParameterRange> trained;  ///< of the part, in the network's parameters
    std::vector<ParameterRange> frozen;   ///< the rest of it
  };

  static Task task_of(const cpu::PlannedStage& stage, const cpu::UpdatePart& part,
                      const Frozen& frozen);
  static std::vector<Task> tasks_of(const cpu::Plan& plan, const Frozen& frozen);
  template <class F>
  void for_each_task(F f);
  void sum_gradient(const Task& task, std::int64_t images, bool accumulate);
  std::span<float> gradient_of(const ParameterRange& range) const {
    return {gradient_.data() + range.first, static_cast<std::size_t>(range.last - range.first)};
  }
  template <class F>
  void for_each_range(const Task& task, F f) const;
  bool finite(const Task& task) const;
  double squared_norm(const Task& task) const;
  float clip_scale() const;
  void prepare_matrices(const OptimizerStep& step);
  void update(const Task& task, const OptimizerStep& step);
  void end_step();
  void move_average(std::span<const float> now, float* average) const;
  bool all_finite() const { return !bad_layer().has_value(); }

  PackRunner& runner_;
  Sequential& net_;
  const cpu::BatchGradients& gradients_;
  const Trainer::Options& options_;
  std::vector<Task> tasks_;
  std::vector<ParameterRange> trained_buffers_;
  AlignedFloats gradient_;
  std::vector<double> squares_;        ///< of the gradient, by task
  std::vector<unsigned char> finite_;  ///< the gradient, by task
  TrainingState state_;
  Muon muon_;
  std::vector<float> begin_buffers_;  ///< the network's before the step under way
  Trainer::Snapshot previous_;        ///< before the last step, or as set from outside since
};

}  // namespace lenet
