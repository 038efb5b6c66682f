// The gradient of each parameter as the sum of its slots, and the optimizer's step on it.
#pragma once

#include "cuda/divisor.h"
#include "cuda/kernel.h"
#include "cuda/step.h"
#include "train/optimizer_rules.h"

namespace lenet::cuda {

/// A parameter tensor: where its gradient comes from, and where its values are laid out anew for
/// the kernels. A weight (outputs, channels, taps) goes to forward[c][tap][o] and
/// backward[o][tap][c].
struct UpdatedTensor {
  std::int64_t first, count;  ///< in the network's parameters
  const float* slots;         ///< this tensor's place in the first slot
  std::int64_t slot_stride, slot_count;
  bool frozen = false;          ///< keeps its values; it has no slots then
  const float* mask = nullptr;  ///< what the gradient is multiplied by; null: 1
  float* forward = nullptr;     ///< null: not laid out
  float* backward = nullptr;
  Divisor channels = Divisor(1), taps = Divisor(1);
  std::int64_t forward_pitch = 0, backward_pitch = 0;

  LENET_HOST_DEVICE void lay_out(std::int64_t i, float value) const {
    if (!forward) return;
    const Divisor::Result of_taps = taps.divide(static_cast<std::uint32_t>(i));
    const Divisor::Result of_channels = channels.divide(of_taps.quotient);
    const std::int64_t tap = of_taps.remainder, c = of_channels.remainder, o = of_channels.quotient;
    forward[(c * taps.number() + tap) * forward_pitch + o] = value;
    backward[(o * taps.number() + tap) * backward_pitch + c] = value;
  }
};

/// A run of up to kWarp parameters of one tensor.
struct UpdatedRun {
  std::int32_t tensor;
  std::int64_t first;  ///< in the tensor
};

/// Values beside the parameters, and their copies from before the last step. What is not kept is
/// null.
struct UpdatedState {
  float* parameters;
  float* first;
  float* second;
  float* average;
};

/// A thread: one parameter, task * kWarp + image by the runs.
struct Update {
  const UpdatedTensor* tensors;
  const UpdatedRun* runs;
  float* gradient;
  bool sums;     ///< sums the slots into `gradient`
  bool updates;  ///< makes the step, unless the run has stopped
  Optimizer::Kind kind;
  bool momentum;  ///< SGD keeps one
  UpdatedState now, before;
  const StepScalars* scalars;
  const double* squares;  ///< partial sums of the gradient's squares; null: no limit on its norm
  std::int64_t square_count;
  double clip_norm;
  StopMark* stop;
  std::int32_t step;         ///< of those queued together
  std::int32_t* bad_tensor;  ///< set to 1 for a tensor whose gradient is not finite

  LENET_HOST_DEVICE void operator()(std::int64_t task, std::int64_t image) const {
    const UpdatedRun run = runs[task];
    const UpdatedTensor tensor = tensors[run.tensor];
    const std::int64_t i = run.first + image;
    if (i >= tensor.count) return;
    const std::int64_t at = tensor.first + i;
    if (sums) sum_slots(tensor, run.tensor, i);
    if (!updates || tensor.frozen || step >= stop->first) return;
    keep(at);
    const float value = stepped(at, gradient[at] * scale());
    now.parameters[at] = value;
    if (now.average) now.average[at] += scalars->average_part * (value - now.average[at]);
    tensor.lay_out(i, value);
  }

  LENET_HOST_DEVICE void sum_slots(const UpdatedTensor& tensor, std::int32_t index,
                                   std::int64_t i) const {
    float sum = 0;
    const float* slot = tensor.slots + i;
    LENET_UNROLL_BY(8) for (std::int64_t k = 0; k < tensor.slot_count; ++k) {
      sum += slot[k * tensor.slot_stride];
    }
    if (tensor.mask) sum *= tensor.mask[i];
    gradient[tensor.first + i] = sum;
    // The step under way still counts: what it changed is undone as a whole.
    if (bad_tensor && !is_finite(static_cast<double>(sum)) && step < stop->first) {
      bad_tensor[index] = 1;
      stop->first = step + 1;
    }
  }

  LENET_HOST_DEVICE void keep(std::int64_t at) const {
    before.parameters[at] = now.parameters[at];
    if (now.first) before.first[at] = now.first[at];
    if (now.second) before.second[at] = now.second[at];
    if (now.average) before.average[at] = now.average[at];
  }

  /// What the gradient is multiplied by so that its norm is at most clip_norm.
  LENET_HOST_DEVICE float scale() const {
    if (!squares) return 1.0f;
    double sum = 0;
    for (std::int64_t k = 0; k < square_count; ++k) sum += squares[k];
    const double scale = clip_norm / (sqrt(sum) + 1e-6);
    return scale < 1 ? static_cast<float>(scale) : 1.0f;
  }

  LENET_HOST_DEVICE float stepped(std::int64_t at, float g) const {
    const OptimizerState state{now.first, now.second};
    return with_rule(kind, momentum, [&](auto rule) {
      return rule.step(scalars->optimizer, g, now.parameters[at], state, at);
    });
  }
};

/// Lays all parameters out anew, without a step. A thread as above.
struct LayOut {
  const UpdatedTensor* tensors;
  const UpdatedRun* runs;
  const float* parameters;

  LENET_HOST_DEVICE void operator()(std::int64_t task, std::int64_t image) const {
    const UpdatedTensor tensor = tensors[runs[task].tensor];
    const std::int64_t i = runs[task].first + image;
    if (i < tensor.count) tensor.lay_out(i, parameters[tensor.first + i]);
  }
};

/// The squares of kValues floats a block, summed.
struct SquareSum {
  static constexpr int kThreads = 128, kValues = 16 * kThreads;
  using Tree = TreeSum<kThreads>;
  struct Registers {};

  const float* values;
  std::int64_t count;
  double* sums;  ///< one a block

  std::int64_t blocks() const { return pieces(count, kValues); }
  int shared_floats() const { return 2 * kThreads; }
  LENET_HOST_DEVICE int phases() const { return Tree::kSteps + 2; }

  LENET_HOST_DEVICE void phase(int phase, const BlockThread& at, Registers&) const {
    auto* shared = reinterpret_cast<double*>(at.shared);
    if (phase == 0) {
      double sum = 0;
      for (int k = 0; k < kValues / kThreads; ++k) {
        const std::int64_t i = at.block * kValues + std::int64_t{k} * kThreads + at.thread;
        if (i < count) sum += static_cast<double>(values[i]) * static_cast<double>(values[i]);
      }
      shared[at.thread] = sum;
    } else if (phase <= Tree::kSteps) {
      Tree::halve(phase - 1, at.thread, shared);
    } else if (at.thread == 0) {
      sums[at.block] = shared[0];
    }
  }
};

/// The buffers of a step that has been made: their copies and averages. A thread: one float, task *
/// kWarp + image.
struct KeepBuffers {
  std::int64_t count;
  const float* begin;  ///< as they were before the step
  const float* now;
  float* before;
  float* average;  ///< null without
  float* average_before;
  const StepScalars* scalars;
  const StopMark* stop;
  std::int32_t step;

  LENET_HOST_DEVICE void operator()(std::int64_t task, std::int64_t image) const {
    const std::int64_t i = task * kWarp + image;
    if (i >= count || step >= stop->first) return;
    before[i] = begin[i];
    if (!average) return;
    average_before[i] = average[i];
    average[i] += scalars->average_part * (now[i] - average[i]);
  }
};

}  // namespace lenet::cuda
