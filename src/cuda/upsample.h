// Images whose elements are repeated.
#pragma once

#include "cuda/activation.h"
#include "cuda/kernel.h"

namespace lenet::cuda {

struct UpsampleSizes {
  std::int64_t channels, in_height, in_width;
  std::int64_t scale_height, scale_width;
  std::int64_t images;

  LENET_HOST_DEVICE std::int64_t out_width() const { return in_width * scale_width; }
  LENET_HOST_DEVICE std::int64_t out_height() const { return in_height * scale_height; }
  std::int64_t inputs() const { return channels * in_height * in_width; }
  std::int64_t outputs() const { return inputs() * scale_height * scale_width; }
};

/// y = next(x), each element scale_height by scale_width times. A thread: one value of y.
struct UpsampleForward {
  UpsampleSizes s;
  Function next;
  const float* x;
  float* y;

  LENET_HOST_DEVICE void operator()(std::int64_t task, std::int64_t image) const {
    const std::int64_t w = task % s.out_width() / s.scale_width;
    const std::int64_t row = task / s.out_width() / s.scale_height;  // of all channels
    y[task * s.images + image] = value_in_place(next, x[(row * s.in_width + w) * s.images + image]);
  }
};

/// dx = the sum of dy over the copies. A thread: one value of dx.
struct UpsampleBackward {
  UpsampleSizes s;
  Derivative before;
  const float* dy;
  float* dx;

  LENET_HOST_DEVICE void operator()(std::int64_t task, std::int64_t image) const {
    const std::int64_t top = task / s.in_width * s.scale_height;
    const std::int64_t left = task % s.in_width * s.scale_width;
    float sum = 0;
    for (std::int64_t h = top; h < top + s.scale_height; ++h) {
      for (std::int64_t w = left; w < left + s.scale_width; ++w) {
        sum += dy[(h * s.out_width() + w) * s.images + image];
      }
    }
    const std::int64_t at = task * s.images + image;
    dx[at] = before.of(sum, at);
  }
};

}  // namespace lenet::cuda
