// How a pooling cuts the axes of an image into windows, for every executor.
#pragma once

#include <cstdint>

#include "base/host_device.h"

namespace lenet {

/// The windows of a pooling along one axis of `in` elements.
struct PoolAxis {
  int in, out;
  int kernel = 0;  ///< 0: adaptive, window o from o in / out to (o + 1) in / out, rounded outwards
  int stride = 0;
  int pad = 0;                                ///< places of the first window before the axis
  int counted_before = 0, counted_after = 0;  ///< places round the axis that a mean counts

  struct Places {
    int first, last;
    LENET_HOST_DEVICE int size() const { return last - first; }
  };

  LENET_HOST_DEVICE bool adaptive() const { return kernel == 0; }

  /// The elements that window o holds.
  LENET_HOST_DEVICE Places window(int o) const {
    if (adaptive()) return {divided(o, in, out), divided_up(o + 1, in, out)};
    const int start = o * stride - pad;
    return {start < 0 ? 0 : start, start + kernel < in ? start + kernel : in};
  }

  /// What its mean divides by: elements, and places round them that count.
  LENET_HOST_DEVICE int divisor(int o) const {
    if (adaptive()) return window(o).size();
    const int start = o * stride - pad, end = in + counted_after;
    return (start + kernel < end ? start + kernel : end) -
           (start < -counted_before ? -counted_before : start);
  }

  /// The first and the last window that holds element i.
  LENET_HOST_DEVICE int first_window(int i) const {
    if (adaptive()) return divided(i, out, in);
    const int from = i + pad - kernel + stride;  // one stride beyond the last that misses it
    return from < 0 ? 0 : from / stride;
  }
  LENET_HOST_DEVICE int last_window(int i) const {
    const int window = adaptive() ? divided_up(i + 1, out, in) - 1 : (i + pad) / stride;
    return window < out ? window : out - 1;
  }

  /// No element lies in two windows, and every window holds `kernel`.
  LENET_HOST_DEVICE bool disjoint() const {
    return !adaptive() && stride >= kernel && pad == 0 && (out - 1) * stride + kernel <= in;
  }

 private:
  LENET_HOST_DEVICE static int divided(int i, int by, int of) {
    return static_cast<int>(static_cast<std::int64_t>(i) * by / of);
  }
  LENET_HOST_DEVICE static int divided_up(int i, int by, int of) {
    return static_cast<int>((static_cast<std::int64_t>(i) * by + of - 1) / of);
  }
};

/// Sizes of a pooling: x is (channels, height.in, width.in), y (channels, height.out, width.out).
struct Pool2dShape {
  std::int64_t channels;
  PoolAxis height, width;

  bool disjoint() const { return height.disjoint() && width.disjoint(); }
};

}  // namespace lenet
