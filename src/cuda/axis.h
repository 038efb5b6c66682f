// Windows along one axis of an image, as convolutions slide them.
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
};

}  // namespace lenet::cuda
