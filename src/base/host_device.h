// Marks the functions that a graphics card runs as well as the host.
#pragma once

#if defined(__CUDACC__)
#define LENET_HOST_DEVICE __host__ __device__
#else
#define LENET_HOST_DEVICE
#endif
