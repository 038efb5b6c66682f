// The operations that sum or compare, by their definition, on one image of floats or of integers.
// Floats calibrate, integers stand in for the device.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "nn/inference.h"
#include "nn/pool2d_shape.h"

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

/// The taps of a window, `dilation` places from each other, that lie on an axis of `size`, where
/// the window starts at `start`.
inline Places taps_inside(std::int64_t start, std::int64_t kernel, std::int64_t dilation,
                          std::int64_t size) {
  const auto taps = [&](std::int64_t places) {
    return (std::max<std::int64_t>(0, places) + dilation - 1) / dilation;
  };
  return {taps(-start), std::min(kernel, taps(size - start))};
}

/// Calls f(position, patch) for each position of a Conv2d, in order; the patch holds what lies
/// under the window (in channels, kernel height, kernel width), 0 on the padding.
template <class T, class F>
void for_each_patch(const InferenceNode& o, const T* x, F f) {
  const std::int64_t height = o.input[1], width = o.input[2];
  const auto& [kernel, stride, padding, dilation] = window_of(o);
  std::vector<T> patch(static_cast<std::size_t>(o.input[0] * kernel.height * kernel.width));
  for (std::int64_t position = 0; position < o.output[1] * o.output[2]; ++position) {
    const std::int64_t top = position / o.output[2] * stride.height - padding.before.height;
    const std::int64_t left = position % o.output[2] * stride.width - padding.before.width;
    const Places rows = taps_inside(top, kernel.height, dilation.height, height);
    const Places columns = taps_inside(left, kernel.width, dilation.width, width);
    std::ranges::fill(patch, T{});
    for (std::int64_t c = 0; c < o.input[0]; ++c) {
      for (std::int64_t h = rows.first; h < rows.last; ++h) {
        const T* from = x + (c * height + top + h * dilation.height) * width + left;
        T* to = patch.data() + (c * kernel.height + h) * kernel.width;
        for (std::int64_t k = columns.first; k < columns.last; ++k)
          to[k] = from[k * dilation.width];
      }
    }
    f(position, patch);
  }
}

/// Calls f(channel, what it sees of a patch, its row of the weight, their length) for each output
/// channel of a Conv2d.
template <class T, class F>
void for_each_row(const InferenceNode& o, const std::vector<T>& weight, const std::vector<T>& patch,
                  F f) {
  const std::int64_t groups = std::get<Conv2dOp>(o.op).groups;
  const std::int64_t channels = o.output[0], row = std::ssize(weight) / channels;
  for (std::int64_t c = 0; c < channels; ++c) {
    f(c, patch.data() + c / (channels / groups) * row, weight.data() + c * row, row);
  }
}

/// Calls f(output, row, column, each) for each window of a pooling, at that row and column of the
/// output; each(g) calls g with the window's elements.
template <class T, class F>
void for_each_window(const Pool2dShape& s, const T* x, F f) {
  std::int64_t output = 0;
  for (std::int64_t c = 0; c < s.channels; ++c, x += std::int64_t{s.height.in} * s.width.in) {
    for (int oh = 0; oh < s.height.out; ++oh) {
      const PoolAxis::Places rows = s.height.window(oh);
      for (int ow = 0; ow < s.width.out; ++ow, ++output) {
        const PoolAxis::Places columns = s.width.window(ow);
        f(output, oh, ow, [&](auto visit) {
          for (std::int64_t h = rows.first; h < rows.last; ++h) {
            for (std::int64_t w = columns.first; w < columns.last; ++w) {
              visit(x[h * s.width.in + w]);
            }
          }
        });
      }
    }
  }
}

/// Each element of an image so many times.
template <class T>
std::vector<T> upsample(const InferenceNode& o, const Size2d& scale, const std::vector<T>& x) {
  std::vector<T> y;
  for (std::int64_t row = 0; row < o.output[0] * o.output[1]; ++row) {
    const T* from = x.data() + row / scale.height * o.input[2];
    for (std::int64_t w = 0; w < o.output[2]; ++w) y.push_back(from[w / scale.width]);
  }
  return y;
}

/// An image with `zero` round it.
template <class T>
std::vector<T> zero_pad2d(const InferenceNode& o, const Size2d& before, T zero,
                          const std::vector<T>& x) {
  std::vector<T> y(static_cast<std::size_t>(element_count(o.output)), zero);
  auto from = x.begin();
  for (std::int64_t row = 0; row < o.input[0] * o.input[1]; ++row, from += o.input[2]) {
    const std::int64_t channel = row / o.input[1], h = row % o.input[1] + before.height;
    std::copy_n(from, o.input[2],
                y.begin() + (channel * o.output[1] + h) * o.output[2] + before.width);
  }
  return y;
}

/// The largest element of each window.
template <class T>
void max_pool2d(const InferenceNode& o, T lowest, const T* x, T* y) {
  for_each_window(pool2d_shape(o), x, [&](std::int64_t output, int, int, auto each) {
    T most = lowest;
    each([&](T v) { most = std::max(most, v); });
    y[output] = most;
  });
}

}  // namespace lenet
