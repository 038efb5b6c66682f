// Windows along one axis of an image, as convolutions and poolings slide them.
#pragma once

#include "cuda/host_device.h"

namespace lenet::cuda {

/// Window p of `out` covers the elements p * stride - pad to p * stride - pad + kernel - 1 of `in`.
struct Axis {
  int in, out, kernel, stride, pad;

  static Axis of(std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride,
                 std::int64_t pad) {
    return {static_cast<int>(in), static_cast<int>(out), static_cast<int>(kernel),
            static_cast<int>(stride), static_cast<int>(pad)};
  }

  /// Windows that neither overlap nor leave elements between them.
  bool side_by_side() const { return stride == kernel && pad == 0; }

  /// The first and the last window that holds element i.
  LENET_HOST_DEVICE int first_window(int i) const {
    const int from = i + pad - kernel + stride;  // one stride beyond the last that misses it
    return from < 0 ? 0 : from / stride;
  }
  LENET_HOST_DEVICE int last_window(int i) const {
    const int window = (i + pad) / stride;
    return window < out ? window : out - 1;
  }
};

}  // namespace lenet::cuda
