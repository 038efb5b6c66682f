// What makes one source serve the graphics card and, in the tests, the host.
#pragma once

#include <cmath>
#include <cstdint>

#include "base/host_device.h"

#if defined(__CUDACC__)
#define LENET_PRAGMA(text) _Pragma(#text)
#define LENET_UNROLL LENET_PRAGMA(unroll)          // arrays that loops index then stay in registers
#define LENET_UNROLL_BY(n) LENET_PRAGMA(unroll n)  // n loads are then on their way at once
#else
#define LENET_UNROLL
#define LENET_UNROLL_BY(n)
#endif

namespace lenet::cuda {

/// Images that a warp takes, one a thread. A value of shape (C, H, W) is stored as (C, H, W, N)
/// with N the images of the batch, rounded up to whole warps: the threads of a warp read and write
/// neighbours.
inline constexpr int kWarp = 32;

LENET_HOST_DEVICE constexpr std::int64_t round_up(std::int64_t n, std::int64_t to) {
  return (n + to - 1) / to * to;
}

/// Pieces of `size` that cover n.
LENET_HOST_DEVICE constexpr std::int64_t pieces(std::int64_t n, std::int64_t size) {
  return (n + size - 1) / size;
}

/// Floats that are read at once.
template <int kCount>
struct alignas(kCount % 4 == 0 ? 16 : 8) Floats {
  float of[kCount];
};

template <int kCount>
LENET_HOST_DEVICE Floats<kCount> load_floats(const float* from) {
  return *reinterpret_cast<const Floats<kCount>*>(from);
}

LENET_HOST_DEVICE inline bool is_finite(double x) { return x - x == 0; }
LENET_HOST_DEVICE inline bool is_nan(float x) { return x != x; }

}  // namespace lenet::cuda
