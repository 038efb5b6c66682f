// The operations that sum or compare, by their definition, on one image of floats or of integers.
// Floats calibrate, integers stand in for the device.
#pragma once

#include <algorithm>
#include <cstdint>

#include "nn/operations.h"

namespace lenet {

/// Places [first, last) of an axis.
struct Places {
  std::int64_t first, last;
};

/// The taps of a window of `kernel` that lie on an axis of `size`, where the window starts at
/// `start`.
inline Places taps_inside(std::int64_t start, std::int64_t kernel, std::int64_t size) {
  return {std::max<std::int64_t>(0, -start), std::min(kernel, size - start)};
}

/// The outputs, of `outputs`, whose tap lies on an axis of `size`: 0 <= o * stride + offset < size.
inline Places outputs_inside(std::int64_t offset, std::int64_t stride, std::int64_t outputs,
                             std::int64_t size) {
  const std::int64_t first = offset < 0 ? (-offset + stride - 1) / stride : 0;
  const std::int64_t last = size > offset ? (size - offset + stride - 1) / stride : 0;
  return {std::min(first, outputs), std::min(last, outputs)};
}

/// sums[p] += weight * (x[p] - zero) for the positions p of one channel and one tap (row, column).
template <class T, class Sum>
void add_tap(const Operation& o, std::int64_t row, std::int64_t column, Sum weight, Sum zero,
             const T* x, Sum* sums) {
  const std::int64_t top = row - o.padding.height, left = column - o.padding.width;
  const Places rows = outputs_inside(top, o.stride.height, o.output[1], o.input[1]);
  const Places columns = outputs_inside(left, o.stride.width, o.output[2], o.input[2]);
  for (std::int64_t h = rows.first; h < rows.last; ++h) {
    const T* from = x + (h * o.stride.height + top) * o.input[2] + left;
    Sum* to = sums + h * o.output[2];
    for (std::int64_t w = columns.first; w < columns.last; ++w) {
      to[w] += weight * (static_cast<Sum>(from[w * o.stride.width]) - zero);
    }
  }
}

/// Adds to sums (output height, output width) what one output channel of a Conv2d gives; `weight`
/// is that channel's. What lies on the padding counts as `zero`.
template <class T, class Sum, class Weight>
void conv2d_channel(const Operation& o, const Weight* weight, Sum zero, const T* x, Sum* sums) {
  for (std::int64_t c = 0; c < o.input[0]; ++c, x += o.input[1] * o.input[2]) {
    for (std::int64_t h = 0; h < o.kernel.height; ++h) {
      for (std::int64_t w = 0; w < o.kernel.width; ++w) {
        add_tap(o, h, w, static_cast<Sum>(*weight++), zero, x, sums);
      }
    }
  }
}

/// Calls f(output, taps of x that lie on the image ...) for each window of a pooling: f(output,
/// visit) may call visit(g) to have g called with each element.
template <class T, class F>
void for_each_window(const Operation& o, const T* x, F f) {
  const std::int64_t height = o.input[1], width = o.input[2];
  std::int64_t output = 0;
  for (std::int64_t c = 0; c < o.output[0]; ++c, x += height * width) {
    for (std::int64_t oh = 0; oh < o.output[1]; ++oh) {
      for (std::int64_t ow = 0; ow < o.output[2]; ++ow, ++output) {
        const std::int64_t top = oh * o.stride.height - o.padding.height;
        const std::int64_t left = ow * o.stride.width - o.padding.width;
        const Places rows = taps_inside(top, o.kernel.height, height);
        const Places columns = taps_inside(left, o.kernel.width, width);
        f(output, [&](auto visit) {
          for (std::int64_t h = rows.first; h < rows.last; ++h) {
            for (std::int64_t w = columns.first; w < columns.last; ++w) {
              visit(x[(top + h) * width + left + w]);
            }
          }
        });
      }
    }
  }
}

/// The largest element of each window.
template <class T>
void max_pool2d(const Operation& o, T lowest, const T* x, T* y) {
  for_each_window(o, x, [&](std::int64_t output, auto each) {
    T most = lowest;
    each([&](T v) { most = std::max(most, v); });
    y[output] = most;
  });
}

}  // namespace lenet
