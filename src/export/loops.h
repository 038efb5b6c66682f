// The operations that sum or compare, by their definition, on one image of floats or of integers.
// Floats calibrate, integers stand in for the device.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "nn/inference.h"

namespace lenet {

/// The values of a network while its nodes run, by their numbers.
template <class T>
class NodeValues {
 public:
  explicit NodeValues(std::vector<T> input) { values_[0] = std::move(input); }

  const std::vector<T>& of(std::int64_t value) const { return values_.at(value); }
  void set(const InferenceNode& o, std::vector<T> value) { values_[o.value] = std::move(value); }

  std::vector<const std::vector<T>*> inputs(const InferenceNode& o) const {
    std::vector<const std::vector<T>*> inputs;
    for (const std::int64_t input : o.inputs) inputs.push_back(&of(input));
    return inputs;
  }

 private:
  std::map<std::int64_t, std::vector<T>> values_;
};

/// Places [first, last) of an axis.
struct Places {
  std::int64_t first, last;
};

/// The taps of a window of `kernel` that lie on an axis of `size`, where the window starts at
/// `start`.
inline Places taps_inside(std::int64_t start, std::int64_t kernel, std::int64_t size) {
  return {std::max<std::int64_t>(0, -start), std::min(kernel, size - start)};
}

/// Calls f(position, patch) for each position of a Conv2d, in order; the patch holds what lies
/// under the window (in channels, kernel height, kernel width), 0 on the padding.
template <class T, class F>
void for_each_patch(const InferenceNode& o, const T* x, F f) {
  const std::int64_t height = o.input[1], width = o.input[2];
  const auto [kernel, stride, padding] = window_of(o);
  std::vector<T> patch(static_cast<std::size_t>(o.input[0] * kernel.height * kernel.width));
  for (std::int64_t position = 0; position < o.output[1] * o.output[2]; ++position) {
    const std::int64_t top = position / o.output[2] * stride.height - padding.height;
    const std::int64_t left = position % o.output[2] * stride.width - padding.width;
    const Places rows = taps_inside(top, kernel.height, height);
    const Places columns = taps_inside(left, kernel.width, width);
    std::ranges::fill(patch, T{});
    for (std::int64_t c = 0; c < o.input[0]; ++c) {
      for (std::int64_t h = rows.first; h < rows.last; ++h) {
        const T* from = x + (c * height + top + h) * width + left + columns.first;
        const std::int64_t to = (c * kernel.height + h) * kernel.width + columns.first;
        std::copy_n(from, columns.last - columns.first, patch.data() + to);
      }
    }
    f(position, patch);
  }
}

/// Calls f(output, each) for each window of a pooling; each(g) calls g with the window's elements
/// that lie on the image.
template <class T, class F>
void for_each_window(const InferenceNode& o, const T* x, F f) {
  const std::int64_t height = o.input[1], width = o.input[2];
  const auto [kernel, stride, padding] = window_of(o);
  std::int64_t output = 0;
  for (std::int64_t c = 0; c < o.output[0]; ++c, x += height * width) {
    for (std::int64_t oh = 0; oh < o.output[1]; ++oh) {
      for (std::int64_t ow = 0; ow < o.output[2]; ++ow, ++output) {
        const std::int64_t top = oh * stride.height - padding.height;
        const std::int64_t left = ow * stride.width - padding.width;
        const Places rows = taps_inside(top, kernel.height, height);
        const Places columns = taps_inside(left, kernel.width, width);
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
void max_pool2d(const InferenceNode& o, T lowest, const T* x, T* y) {
  for_each_window(o, x, [&](std::int64_t output, auto each) {
    T most = lowest;
    each([&](T v) { most = std::max(most, v); });
    y[output] = most;
  });
}

}  // namespace lenet
