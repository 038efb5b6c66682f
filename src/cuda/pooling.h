// Average and maximum pooling: any windows, forward by windows and backward by elements.
#pragma once

#include "base/pool_formula.h"
#include "cuda/activation.h"
#include "cuda/divisor.h"
#include "cuda/kernel.h"

namespace lenet::cuda {

/// The mean or the maximum of the values of a window.
class Pool {
 public:
  LENET_HOST_DEVICE explicit Pool(bool maximum)
      : maximum_(maximum), pooled_(maximum ? -INFINITY : 0.0f) {}

  LENET_HOST_DEVICE void add(float value) {
    if (!maximum_) {
      pooled_ += value;
    } else if (value > pooled_ || is_nan(value)) {  // a NaN is the maximum, as in PyTorch
      pooled_ = value;
    }
  }

  /// area: what a mean divides by.
  LENET_HOST_DEVICE float value(int area) const {
    return maximum_ ? pooled_ : pooled_ * (1.0f / static_cast<float>(area));
  }

 private:
  bool maximum_;
  float pooled_;
};

struct Pool2dSizes {
  std::int64_t channels;
  PoolAxis height, width;
  std::int64_t images;
  bool maximum;

  /// What the mean of the window at (oh, ow) divides by.
  LENET_HOST_DEVICE int area(int oh, int ow) const {
    return height.divisor(oh) * width.divisor(ow);
  }

  /// Calls f(place in x) for each element of the window at (oh, ow) of a channel, by rows.
  template <class F>
  LENET_HOST_DEVICE void for_each_element(std::int64_t channel, int oh, int ow, F f) const {
    const PoolAxis::Places rows = height.window(oh), columns = width.window(ow);
    for (int h = rows.first; h < rows.last; ++h) {
      for (int w = columns.first; w < columns.last; ++w) {
        f((channel * height.in + h) * width.in + w);
      }
    }
  }

  /// The element that takes the gradient of a maximum: the first that has its value.
  LENET_HOST_DEVICE std::int64_t taker(const float* x, std::int64_t channel, int oh, int ow,
                                       std::int64_t image) const {
    std::int64_t first = -1;
    float largest = -INFINITY;
    for_each_element(channel, oh, ow, [&](std::int64_t at) {
      const float value = x[at * images + image];
      if (first >= 0 && !(value > largest)) return;
      first = at;
      largest = value;
    });
    return first;
  }
};

/// y = next(the pooled x). A thread: one window of one image.
struct Pool2dForward {
  Pool2dSizes s;
  Function next;
  const float* x;
  float* y;

  LENET_HOST_DEVICE void operator()(std::int64_t task, std::int64_t image) const {
    const auto oh = static_cast<int>(task / s.width.out % s.height.out);
    const auto ow = static_cast<int>(task % s.width.out);
    Pool pool(s.maximum);
    s.for_each_element(task / s.width.out / s.height.out, oh, ow,
                       [&](std::int64_t at) { pool.add(x[at * s.images + image]); });
    y[task * s.images + image] = value_in_place(next, pool.value(s.area(oh, ow)));
  }
};

/// dx from dy: each element sums what its windows give it; a maximum gives all to the first element
/// that has its value, by rows. A thread: one element of one image.
struct Pool2dBackward {
  Pool2dSizes s;
  const float* x;
  const float* dy;
  float* dx;
  Derivative derivative;

  LENET_HOST_DEVICE void operator()(std::int64_t task, std::int64_t image) const {
    const auto w = static_cast<int>(task % s.width.in);
    const auto h = static_cast<int>(task / s.width.in % s.height.in);
    const std::int64_t channel = task / s.width.in / s.height.in;
    float sum = 0;
    for (int oh = s.height.first_window(h); oh <= s.height.last_window(h); ++oh) {
      for (int ow = s.width.first_window(w); ow <= s.width.last_window(w); ++ow) {
        if (s.maximum && s.taker(x, channel, oh, ow, image) != task) continue;
        const float part =
            dy[((channel * s.height.out + oh) * s.width.out + ow) * s.images + image];
        sum += s.maximum ? part : part * (1.0f / static_cast<float>(s.area(oh, ow)));
      }
    }
    const std::int64_t at = task * s.images + image;
    dx[at] = derivative.of(sum, at);
  }
};

/// The same where windows lie side by side. A thread: one window of one image, and the elements
/// behind the last windows, which none holds.
struct Pool2dSideBySideBackward {
  Pool2dBackward b;
  Divisor columns, rows;

  explicit Pool2dSideBySideBackward(const Pool2dBackward& backward)
      : b(backward), columns(b.s.width.out), rows(b.s.height.out) {}

  LENET_HOST_DEVICE void operator()(std::int64_t task, std::int64_t image) const {
    const Pool2dSizes& s = b.s;
    const Divisor::Result column = columns.divide(static_cast<std::uint32_t>(task));
    const Divisor::Result row = rows.divide(column.quotient);
    const auto oh = static_cast<int>(row.remainder), ow = static_cast<int>(column.remainder);
    const std::int64_t channel = row.quotient;
    const float dy = b.dy[task * s.images + image];
    const float part = s.maximum ? dy : dy * (1.0f / static_cast<float>(s.area(oh, ow)));
    const std::int64_t taker = s.maximum ? s.taker(b.x, channel, oh, ow, image) : -1;
    const int top = oh * s.height.stride, left = ow * s.width.stride;
    for (int h = top; h < end_of(s.height, oh); ++h) {
      for (int w = left; w < end_of(s.width, ow); ++w) {
        const std::int64_t element = (channel * s.height.in + h) * s.width.in + w;
        const bool held = h < top + s.height.kernel && w < left + s.width.kernel;
        const bool takes = held && (!s.maximum || element == taker);
        const std::int64_t at = element * s.images + image;
        b.dx[at] = b.derivative.of(takes ? part : 0.0f, at);
      }
    }
  }

  LENET_HOST_DEVICE static int end_of(const PoolAxis& axis, int window) {
    return window + 1 == axis.out ? axis.in : (window + 1) * axis.stride;
  }
};

}  // namespace lenet::cuda
