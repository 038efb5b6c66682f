// What a graphics card runs as well as the host.
#pragma once

#if defined(__CUDACC__)
#define LENET_HOST_DEVICE __host__ __device__
#else
#define LENET_HOST_DEVICE
#endif

namespace lenet {

/// 1 / x for x >= 1, to 2 units in the last place on the card.
LENET_HOST_DEVICE inline float reciprocal(float x) {
#if defined(__CUDA_ARCH__)
  return __fdividef(1.0f, x);
#else
  return 1.0f / x;
#endif
}

LENET_HOST_DEVICE inline double reciprocal(double x) { return 1.0 / x; }

}  // namespace lenet
