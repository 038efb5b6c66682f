// What takes each value by itself: functions that stand alone, dropout, what goes into a join.
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
