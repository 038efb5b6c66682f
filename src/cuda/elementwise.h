// What takes each value by itself: functions that stand alone, zeros round an image, dropout, what
// goes into a join.
#pragma once

#include "base/philox.h"
#include "cuda/activation.h"
#include "cuda/kernel.h"
#include "cuda/step.h"

namespace lenet::cuda {

/// y = next(f(x)). A thread: one value.
struct FunctionForward {
  Function f, next;
  std::int64_t images;
  const float* x;
  float* y;

  LENET_HOST_DEVICE void operator()(std::int64_t task, std::int64_t image) const {
    const std::int64_t at = task * images + image;
    y[at] = value_in_place(next, function_value(f, x[at]));
  }
};

/// dx = dy * f'(x).
struct FunctionBackward {
  Function f;
  Derivative before;
  std::int64_t images;
  const float* x;
  const float* dy;
  float* dx;

  LENET_HOST_DEVICE void operator()(std::int64_t task, std::int64_t image) const {
    const std::int64_t at = task * images + image;
    dx[at] = before.of(dy[at] * function_derivative(f, x[at]), at);
  }
};

/// y = next(sum + x) where x goes into a Sum or Concat, or dx = sum + dy * the derivative of the
/// activation before on the way back. A thread: one value.
struct Add {
  Derivative before;
  Function next;
  std::int64_t images;
  const float* x;    ///< backward: dy
  const float* sum;  ///< null: 0
  float* y;          ///< backward: dx; may be sum

  LENET_HOST_DEVICE void operator()(std::int64_t task, std::int64_t image) const {
    const std::int64_t at = task * images + image;
    const float term = before.of(x[at], at);
    y[at] = value_in_place(next, sum ? sum[at] + term : term);
  }
};

/// Each element of a gate and the positions that it belongs to.
struct ScaleSizes {
  std::int64_t gates, positions;
  std::int64_t images;
};

/// y = next(x * gate), or dx = dy * gate. A thread: one value.
struct ScaleForward {
  ScaleSizes s;
  Function next;      ///< forward
  Derivative before;  ///< backward
  const float* x;
  const float* gate;
  float* y;

  LENET_HOST_DEVICE void operator()(std::int64_t task, std::int64_t image) const {
    const std::int64_t at = task * s.images + image;
    const float product = x[at] * gate[task / s.positions * s.images + image];
    y[at] = before.of(value_in_place(next, product), at);
  }
};

/// dgate = the sum of x * dy over its positions. A thread: one element of the gate.
struct ScaleGateGradient {
  ScaleSizes s;
  Derivative before;
  const float* x;
  const float* dy;
  float* dgate;

  LENET_HOST_DEVICE void operator()(std::int64_t task, std::int64_t image) const {
    float sum = 0;
    for (std::int64_t p = task * s.positions; p < (task + 1) * s.positions; ++p) {
      sum += x[p * s.images + image] * dy[p * s.images + image];
    }
    const std::int64_t at = task * s.images + image;
    dgate[at] = before.of(sum, at);
  }
};

struct ZeroPad2dSizes {
  std::int64_t channels, in_height, in_width, out_height, out_width;
  std::int64_t top, left;  ///< zeros before the first row and column
  std::int64_t images;

  std::int64_t inputs() const { return channels * in_height * in_width; }
  std::int64_t outputs() const { return channels * out_height * out_width; }
};

/// y = next(x with zeros round it). A thread: one value of y.
struct ZeroPad2dForward {
  ZeroPad2dSizes s;
  Function next;
  const float* x;
  float* y;

  LENET_HOST_DEVICE void operator()(std::int64_t task, std::int64_t image) const {
    const std::int64_t w = task % s.out_width - s.left;
    const std::int64_t h = task / s.out_width % s.out_height - s.top;
    const std::int64_t channel = task / s.out_width / s.out_height;
    const bool inside = h >= 0 && h < s.in_height && w >= 0 && w < s.in_width;
    const std::int64_t from = (channel * s.in_height + h) * s.in_width + w;
    const float value = inside ? x[from * s.images + image] : 0.0f;
    y[task * s.images + image] = value_in_place(next, value);
  }
};

/// dx = dy where x lies. A thread: one value of dx.
struct ZeroPad2dBackward {
  ZeroPad2dSizes s;
  Derivative before;
  const float* dy;
  float* dx;

  LENET_HOST_DEVICE void operator()(std::int64_t task, std::int64_t image) const {
    const std::int64_t w = task % s.in_width + s.left;
    const std::int64_t h = task / s.in_width % s.in_height + s.top;
    const std::int64_t channel = task / s.in_width / s.in_height;
    const std::int64_t from = (channel * s.out_height + h) * s.out_width + w;
    const std::int64_t at = task * s.images + image;
    dx[at] = before.of(dy[from * s.images + image], at);
  }
};

/// y = x / (1 - p), or 0 with probability p: the values that the CPU drops. A thread: four values
/// of one image, which share a draw. step: null outside training, where y is x.
struct Dropout4 {
  std::uint32_t threshold;  ///< of the words that drop
  float scale;
  std::uint64_t seed;
  std::uint32_t stage;
  const StepScalars* step;
  Function next;      ///< forward
  Derivative before;  ///< backward
  std::int64_t elements, images;
  const float* x;  ///< backward: dy
  float* y;        ///< backward: dx

  LENET_HOST_DEVICE void operator()(std::int64_t task, std::int64_t image) const {
    const PhiloxWords words =
        step ? philox({{static_cast<std::uint32_t>(task), static_cast<std::uint32_t>(image),
                        static_cast<std::uint32_t>(step->number), stage}},
                      seed)
             : PhiloxWords{};
    for (int k = 0; k < 4 && 4 * task + k < elements; ++k) {
      const std::int64_t at = (4 * task + k) * images + image;
      const float kept = !step ? x[at] : words.of[k] < threshold ? 0.0f : x[at] * scale;
      y[at] = before.of(value_in_place(next, kept), at);
    }
  }
};

}  // namespace lenet::cuda
