// Softmax cross-entropy with label smoothing, its gradient, and the metrics.
#pragma once

#include "cuda/kernel.h"
#include "cuda/step.h"
#include "lenet/label.h"

namespace lenet::cuda {

/// With the target t = (1 - smoothing) at the label + smoothing / classes everywhere:
/// loss = logsumexp(x) - sum of t x, dx = (softmax(x) - t) / images. A thread: one image; a block
/// sums the metrics of its images.
struct CrossEntropy {
  static constexpr int kThreads = 128;
  using Tree = TreeSum<kThreads>;
  struct Registers {};

  std::int64_t classes = 0;
  std::int64_t images = 0, stride = 0;  ///< images: those that are not blank; stride: N
  const float* x = nullptr;
  const Label* labels = nullptr;
  float smoothing = 0;
  float* dx = nullptr;                ///< null outside training
  std::int32_t* predicted = nullptr;  ///< may be null
  PartialMetrics* metrics = nullptr;  ///< one a block
  StopMark* stop = nullptr;           ///< null outside training
  std::int32_t step = 0;              ///< of those queued together

  static std::int64_t blocks_of(std::int64_t images) {
    return pieces(round_up(images, kWarp), kThreads);
  }
  std::int64_t blocks() const { return blocks_of(images); }
  int shared_floats() const { return 4 * kThreads; }  // two doubles a thread
  LENET_HOST_DEVICE int phases() const { return Tree::kSteps + 2; }

  LENET_HOST_DEVICE void phase(int phase, const BlockThread& at, Registers&) const {
    auto* loss = reinterpret_cast<double*>(at.shared);
    double* correct = loss + kThreads;
    if (phase == 0) {
      const std::int64_t n = at.block * kThreads + at.thread;
      loss[at.thread] = correct[at.thread] = 0;
      if (n < images) {
        judge(n, loss[at.thread], correct[at.thread]);
      } else if (n < stride && dx) {
        for (std::int64_t k = 0; k < classes; ++k) dx[k * stride + n] = 0;
      }
    } else if (phase <= Tree::kSteps) {
      Tree::halve(phase - 1, at.thread, loss);
      Tree::halve(phase - 1, at.thread, correct);
    } else if (at.thread == 0) {
      metrics[at.block] = {loss[0], correct[0]};
      if (stop && !is_finite(loss[0]) && step < stop->first) stop->first = step;
    }
  }

  LENET_HOST_DEVICE void judge(std::int64_t n, double& loss, double& correct) const {
    std::int32_t best = 0;
    float largest = x[n], sum_of_x = 0;
    LENET_UNROLL_BY(8) for (std::int64_t k = 0; k < classes; ++k) {
      const float value = x[k * stride + n];
      sum_of_x += value;
      if (!(value > largest)) continue;
      best = static_cast<std::int32_t>(k);
      largest = value;
    }
    float sum = 0;
    LENET_UNROLL_BY(8) for (std::int64_t k = 0; k < classes; ++k) {
      sum += expf(x[k * stride + n] - largest);
    }
    const float logsumexp = largest + logf(sum);
    const std::int64_t label = labels[n];
    const float of_all = smoothing / static_cast<float>(classes);
    loss = static_cast<double>(logsumexp - (1 - smoothing) * x[label * stride + n] -
                               of_all * sum_of_x);
    correct = best == label ? 1 : 0;
    if (predicted) predicted[n] = best;
    if (!dx) return;
    const float scale = 1.0f / static_cast<float>(images);
    for (std::int64_t k = 0; k < classes; ++k) {
      const float target = of_all + (k == label ? 1 - smoothing : 0.0f);
      dx[k * stride + n] = scale * (expf(x[k * stride + n] - logsumexp) - target);
    }
  }
};

}  // namespace lenet::cuda
