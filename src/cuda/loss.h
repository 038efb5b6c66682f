// The losses: their values, gradients and metrics, block by block.
#pragma once

#include "base/loss_formula.h"
#include "base/require.h"
#include "cuda/kernel.h"
#include "cuda/step.h"
#include "lenet/label.h"
#include "lenet/loss_function.h"

namespace lenet::cuda {

/// What a loss compares the outputs with: a class or a row for each image of a pass.
struct TargetPlaces {
  const Label* labels = nullptr;        ///< of image n at n; null where the targets are rows
  const float* rows = nullptr;          ///< a row for each image of the data
  const std::int32_t* order = nullptr;  ///< the row of image n is order[n]; null: n

  /// The row of image n, of so many floats.
  LENET_HOST_DEVICE const float* row(std::int64_t n, std::int64_t width) const {
    return rows + (order ? order[n] : n) * width;
  }
};

/// What all losses read and write.
struct LossPlaces {
  std::int64_t outputs = 0;
  std::int64_t images = 0, stride = 0;  ///< images: those that are not blank; stride: N
  const float* x = nullptr;
  float* dx = nullptr;                ///< null outside training
  std::int32_t* predicted = nullptr;  ///< classes; may be null
  PartialMetrics* metrics = nullptr;  ///< one a block
  StopMark* stop = nullptr;           ///< null outside training
  std::int32_t step = 0;              ///< of those queued together
};

/// Threads of a block, one an image.
inline constexpr int kLossThreads = 128;

inline std::int64_t loss_blocks(std::int64_t images) {
  return pieces(round_up(images, kWarp), kLossThreads);
}

/// A thread: one image, of which `loss` tells value, gradient and metric; a block sums those of its
/// images.
template <class Loss>
struct LossKernel {
  static constexpr int kThreads = kLossThreads;
  using Tree = TreeSum<kThreads>;
  struct Registers {};

  LossPlaces s;
  Loss loss;

  std::int64_t blocks() const { return loss_blocks(s.images); }
  int shared_floats() const { return 4 * kThreads; }  // two doubles a thread
  LENET_HOST_DEVICE int phases() const { return Tree::kSteps + 2; }

  LENET_HOST_DEVICE void phase(int phase, const BlockThread& at, Registers&) const {
    auto* values = reinterpret_cast<double*>(at.shared);
    double* metrics = values + kThreads;
    if (phase == 0) {
      const std::int64_t n = at.block * kThreads + at.thread;
      values[at.thread] = metrics[at.thread] = 0;
      if (n < s.images) {
        loss(s, n, values[at.thread], metrics[at.thread]);
      } else if (n < s.stride && s.dx) {
        for (std::int64_t k = 0; k < s.outputs; ++k) s.dx[k * s.stride + n] = 0;
      }
    } else if (phase <= Tree::kSteps) {
      Tree::halve(phase - 1, at.thread, values);
      Tree::halve(phase - 1, at.thread, metrics);
    } else if (at.thread == 0) {
      s.metrics[at.block] = {values[0], metrics[0]};
      if (s.stop && !is_finite(values[0]) && s.step < s.stop->first) s.stop->first = s.step;
    }
  }
};

/// What the outputs of one image say of its class.
struct SoftmaxOf {
  std::int32_t best = 0;  ///< the class of the largest, the first of equals
  float sum = 0;          ///< of the outputs
  float logsumexp;

  LENET_HOST_DEVICE SoftmaxOf(const LossPlaces& s, std::int64_t n) {
    float largest = s.x[n], powers = 0;
    LENET_UNROLL_BY(8) for (std::int64_t k = 0; k < s.outputs; ++k) {
      const float value = s.x[k * s.stride + n];
      sum += value;
      if (!(value > largest)) continue;
      best = static_cast<std::int32_t>(k);
      largest = value;
    }
    LENET_UNROLL_BY(8) for (std::int64_t k = 0; k < s.outputs; ++k) {
      powers += expf(s.x[k * s.stride + n] - largest);
    }
    logsumexp = largest + logf(powers);
  }
};

/// What classes count for beside their targets.
struct ClassWeighting {
  float smoothing = 0;
  const float* weights = nullptr;  ///< one a class; null: all alike
  const float* scale = nullptr;    ///< of all weights, on the card
};

/// Softmax cross-entropy. With the target t = (1 - smoothing) at the label + smoothing / classes
/// everywhere: loss = logsumexp(x) - sum of t x, dx = (softmax(x) - t) / images.
/// With class weights t is multiplied by them and their scale, and dx = (softmax(x) * sum of t - t)
/// / images.
struct CrossEntropy {
  const Label* labels;
  ClassWeighting by;

  LENET_HOST_DEVICE void operator()(const LossPlaces& s, std::int64_t n, double& loss,
                                    double& correct) const {
    const SoftmaxOf of(s, n);
    const float logsumexp = of.logsumexp;
    const std::int64_t label = labels[n];
    correct = of.best == label ? 1 : 0;
    if (s.predicted) s.predicted[n] = of.best;
    if (by.weights) return weighted(s, n, logsumexp, label, loss);
    const float smoothing = by.smoothing, of_all = smoothing / static_cast<float>(s.outputs);
    loss = static_cast<double>(logsumexp - (1 - smoothing) * s.x[label * s.stride + n] -
                               of_all * of.sum);
    if (!s.dx) return;
    const float scale = 1.0f / static_cast<float>(s.images);
    for (std::int64_t k = 0; k < s.outputs; ++k) {
      const float target = of_all + (k == label ? 1 - smoothing : 0.0f);
      s.dx[k * s.stride + n] = scale * (expf(s.x[k * s.stride + n] - logsumexp) - target);
    }
  }

  /// In training alone.
  LENET_HOST_DEVICE void weighted(const LossPlaces& s, std::int64_t n, float logsumexp,
                                  std::int64_t label, double& loss) const {
    const float of_all = *by.scale * by.smoothing / static_cast<float>(s.outputs);
    const float of_label = *by.scale * (1 - by.smoothing) * by.weights[label];
    float total = of_label, sum = of_label * (logsumexp - s.x[label * s.stride + n]);
    for (std::int64_t k = 0; k < s.outputs; ++k) {
      total += of_all * by.weights[k];
      sum += of_all * by.weights[k] * (logsumexp - s.x[k * s.stride + n]);
    }
    loss = static_cast<double>(sum);
    const float scale = 1.0f / static_cast<float>(s.images);
    for (std::int64_t k = 0; k < s.outputs; ++k) {
      const float target = of_all * by.weights[k] + (k == label ? of_label : 0.0f);
      const float probability = expf(s.x[k * s.stride + n] - logsumexp);
      s.dx[k * s.stride + n] = scale * (probability * total - target);
    }
  }
};

/// Of a row of targets: the mean over the outputs of a loss by its formula, and of its scores.
template <class Formula>
struct RowLoss {
  TargetPlaces targets;

  LENET_HOST_DEVICE void operator()(const LossPlaces& s, std::int64_t n, double& loss,
                                    double& metric) const {
    const float* target = targets.row(n, s.outputs);
    const float scale = 1.0f / static_cast<float>(s.images) / static_cast<float>(s.outputs);
    for (std::int64_t k = 0; k < s.outputs; ++k) {
      const float x = s.x[k * s.stride + n];
      loss += static_cast<double>(Formula::value(x, target[k]));
      metric += static_cast<double>(Formula::score(x, target[k]));
      if (s.dx) s.dx[k * s.stride + n] = scale * Formula::derivative(x, target[k]);
    }
    loss /= static_cast<double>(s.outputs);
    metric /= static_cast<double>(s.outputs);
  }
};

/// Softmax cross-entropy with a row of probabilities t: the sum of t (logsumexp(x) - x).
struct SoftCrossEntropy {
  TargetPlaces targets;

  LENET_HOST_DEVICE void operator()(const LossPlaces& s, std::int64_t n, double& loss,
                                    double& correct) const {
    const float* target = targets.row(n, s.outputs);
    const SoftmaxOf of(s, n);
    std::int64_t wanted = 0;
    float total = 0;
    for (std::int64_t k = 0; k < s.outputs; ++k) {
      total += target[k];
      loss += static_cast<double>(target[k] * (of.logsumexp - s.x[k * s.stride + n]));
      if (target[k] > target[wanted]) wanted = k;
    }
    correct = of.best == wanted ? 1 : 0;
    if (!s.dx) return;
    const float scale = 1.0f / static_cast<float>(s.images);
    for (std::int64_t k = 0; k < s.outputs; ++k) {
      const float probability = expf(s.x[k * s.stride + n] - of.logsumexp);
      s.dx[k * s.stride + n] = scale * (probability * total - target[k]);
    }
  }
};

/// Calls f with the kernel of the loss for these targets.
template <class F>
void with_loss(LossFunction function, const LossPlaces& s, const TargetPlaces& targets,
               const ClassWeighting& by, F f) {
  if (targets.labels) return f(LossKernel<CrossEntropy>{s, {targets.labels, by}});
  switch (function) {
    case LossFunction::kCrossEntropy:
      return f(LossKernel<SoftCrossEntropy>{s, {targets}});
    case LossFunction::kBce:
      return f(LossKernel<RowLoss<formula::BinaryCrossEntropy<float>>>{s, {targets}});
    case LossFunction::kMse:
      return f(LossKernel<RowLoss<formula::SquaredError<float>>>{s, {targets}});
    case LossFunction::kL1:
      return f(LossKernel<RowLoss<formula::AbsoluteError<float>>>{s, {targets}});
  }
  unknown("loss");
}

}  // namespace lenet::cuda
