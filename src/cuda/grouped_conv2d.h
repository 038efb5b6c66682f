// Convolutions whose channels are in groups or whose taps lie apart, by their definition: a thread
// for each value. There is little for threads to share.
#pragma once

#include "cuda/activation.h"
#include "cuda/axis.h"
#include "cuda/kernel.h"

namespace lenet::cuda {

/// weight (groups * given, seen, taps): each group of `given` channels of y sees `seen` of x.
struct GroupedSizes {
  std::int64_t groups, seen, given;
  Axis height, width;
  int dilation_height, dilation_width;
  std::int64_t images;  ///< N

  LENET_HOST_DEVICE std::int64_t taps() const { return std::int64_t{height.kernel} * width.kernel; }
  LENET_HOST_DEVICE std::int64_t weights() const { return groups * given * seen * taps(); }
  LENET_HOST_DEVICE std::int64_t inputs() const { return groups * seen * height.in * width.in; }
  LENET_HOST_DEVICE std::int64_t outputs() const { return groups * given * height.out * width.out; }
};

/// y = next(bias + sum over seen channels and taps of weight * x). A thread: one output.
struct GroupedForward {
  GroupedSizes s;
  const float* x;
  const float* weight;
  const float* bias;  ///< null: none
  float* y;
  Function next;

  LENET_HOST_DEVICE void operator()(std::int64_t task, std::int64_t image) const {
    const auto ow = static_cast<int>(task % s.width.out);
    const auto oh = static_cast<int>(task / s.width.out % s.height.out);
    const std::int64_t o = task / s.width.out / s.height.out;
    const float* w = weight + o * s.seen * s.taps();
    float sum = bias ? bias[o] : 0.0f;
    for (std::int64_t c = o / s.given * s.seen; c < (o / s.given + 1) * s.seen; ++c) {
      for (int i = 0; i < s.height.kernel; ++i) {
        const int h = oh * s.height.stride + i * s.dilation_height - s.height.pad;
        for (int j = 0; j < s.width.kernel; ++j, ++w) {
          const int at = ow * s.width.stride + j * s.dilation_width - s.width.pad;
          if (h < 0 || h >= s.height.in || at < 0 || at >= s.width.in) continue;
          sum += *w * x[((c * s.height.in + h) * s.width.in + at) * s.images + image];
        }
      }
    }
    y[task * s.images + image] = value_in_place(next, sum);
  }
};

/// dx = sum over the group's outputs and taps of weight * dy. A thread: one input.
struct GroupedInputGradient {
  GroupedSizes s;
  const float* dy;
  const float* weight;
  float* dx;
  Derivative before;

  /// The output position that reads input position `at` through a tap, or -1.
  LENET_HOST_DEVICE static int reader(const Axis& axis, int at, int tap, int dilation) {
    const int place = at + axis.pad - tap * dilation;
    const bool reads = place >= 0 && place % axis.stride == 0 && place / axis.stride < axis.out;
    return reads ? place / axis.stride : -1;
  }

  LENET_HOST_DEVICE void operator()(std::int64_t task, std::int64_t image) const {
    const auto w = static_cast<int>(task % s.width.in);
    const auto h = static_cast<int>(task / s.width.in % s.height.in);
    const std::int64_t c = task / s.width.in / s.height.in, group = c / s.seen;
    float sum = 0;
    for (std::int64_t o = group * s.given; o < (group + 1) * s.given; ++o) {
      const float* of_tap = weight + (o * s.seen + c % s.seen) * s.taps();
      for (int i = 0; i < s.height.kernel; ++i) {
        const int oh = reader(s.height, h, i, s.dilation_height);
        for (int j = 0; j < s.width.kernel; ++j, ++of_tap) {
          const int ow = reader(s.width, w, j, s.dilation_width);
          if (oh < 0 || ow < 0) continue;
          sum += *of_tap * dy[((o * s.height.out + oh) * s.width.out + ow) * s.images + image];
        }
      }
    }
    const std::int64_t at = task * s.images + image;
    dx[at] = before.of(sum, at);
  }
};

/// dweight = sum over images and positions of dy * x; dbias the sum of dy, behind the weights. A
/// block: one of them, to which each of its threads adds images of its own.
struct GroupedWeightGradient {
  static constexpr int kThreads = 128;
  using Tree = TreeSum<kThreads>;
  struct Registers {};

  GroupedSizes s;
  const float* x;
  const float* dy;
  float* gradient;
  bool bias;

  std::int64_t blocks() const { return s.weights() + (bias ? s.groups * s.given : 0); }
  int shared_floats() const { return kThreads; }
  LENET_HOST_DEVICE int phases() const { return Tree::kSteps + 2; }

  LENET_HOST_DEVICE void phase(int phase, const BlockThread& at, Registers&) const {
    if (phase == 0) {
      at.shared[at.thread] =
          at.block < s.weights() ? of_weight(at) : of_bias(at.block - s.weights(), at.thread);
    } else if (phase <= Tree::kSteps) {
      Tree::halve(phase - 1, at.thread, at.shared);
    } else if (at.thread == 0) {
      gradient[at.block] = at.shared[0];
    }
  }

  LENET_HOST_DEVICE float of_bias(std::int64_t o, int thread) const {
    const std::int64_t plane = std::int64_t{s.height.out} * s.width.out;
    float sum = 0;
    for (std::int64_t p = o * plane; p < (o + 1) * plane; ++p) {
      for (std::int64_t n = thread; n < s.images; n += kThreads) sum += dy[p * s.images + n];
    }
    return sum;
  }

  LENET_HOST_DEVICE float of_weight(const BlockThread& at) const {
    const auto tap = static_cast<int>(at.block % s.taps());
    const std::int64_t row = at.block / s.taps(), o = row / s.seen;
    const std::int64_t c = o / s.given * s.seen + row % s.seen;
    const int i = tap / s.width.kernel, j = tap % s.width.kernel;
    float sum = 0;
    for (int oh = 0; oh < s.height.out; ++oh) {
      const int h = oh * s.height.stride + i * s.dilation_height - s.height.pad;
      if (h < 0 || h >= s.height.in) continue;
      for (int ow = 0; ow < s.width.out; ++ow) {
        const int w = ow * s.width.stride + j * s.dilation_width - s.width.pad;
        if (w < 0 || w >= s.width.in) continue;
        const float* of_dy = dy + ((o * s.height.out + oh) * s.width.out + ow) * s.images;
        const float* of_x = x + ((c * s.height.in + h) * s.width.in + w) * s.images;
        for (std::int64_t n = at.thread; n < s.images; n += kThreads) sum += of_dy[n] * of_x[n];
      }
    }
    return sum;
  }
};

}  // namespace lenet::cuda
