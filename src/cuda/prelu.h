// max(x, 0) + weight min(x, 0), a weight a channel (He 2015).
#pragma once

#include "cuda/channels.h"

namespace lenet::cuda {

/// y = next(x above 0, weight x below). A thread: one value.
struct PReLUForward {
  ChannelSizes s;
  const float* weight;
  Function next;
  const float* x;
  float* y;

  LENET_HOST_DEVICE void operator()(std::int64_t task, std::int64_t image) const {
    const std::int64_t at = task * s.stride + image;
    const float value = x[at] > 0 ? x[at] : weight[task / s.positions] * x[at];
    y[at] = value_in_place(next, value);
  }
};

/// dx = dy above 0, weight dy below. A thread: one value.
struct PReLUBackward {
  ChannelSizes s;
  const float* weight;
  const float* x;
  const float* dy;
  float* dx;
  Derivative derivative;

  LENET_HOST_DEVICE void operator()(std::int64_t task, std::int64_t image) const {
    const std::int64_t at = task * s.stride + image;
    dx[at] = derivative.of(x[at] > 0 ? dy[at] : weight[task / s.positions] * dy[at], at);
  }
};

/// The sums of x dy where x is not above 0: parts[part][channel].
struct PReLUGradients : ChannelSum {
  const float* x;
  const float* dy;
  float* parts;

  LENET_HOST_DEVICE int phases() const { return Tree::kSteps + 2; }

  LENET_HOST_DEVICE void phase(int phase, const BlockThread& at, Registers&) const {
    double* of_products = sums(at);
    if (phase == 0) {
      double sum = 0;
      for_each_value(at, [&](std::int64_t i) {
        if (!(x[i] > 0)) sum += static_cast<double>(x[i] * dy[i]);
      });
      of_products[at.thread] = sum;
    } else if (phase <= Tree::kSteps) {
      Tree::halve(phase - 1, at.thread, of_products);
    } else if (at.thread == 0) {
      parts[part(at) * s.channels + channel(at)] = static_cast<float>(of_products[0]);
    }
  }
};

}  // namespace lenet::cuda
