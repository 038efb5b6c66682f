#include "base/gpus.h"

#include <cuda_runtime.h>
#include <fmt/format.h>

namespace lenet {
namespace {

std::string version_text(int version) {
  return fmt::format("{}.{}", version / 1000, version % 1000 / 10);
}

/// Why the driver names no card.
Gpus driver_trouble(cudaError_t status) {
  if (status == cudaErrorNoDevice) {
    return {.count = 0, .why_none = "the NVIDIA driver shows this program no graphics card"};
  }
  int driver = 0;
  if (cudaDriverGetVersion(&driver) != cudaSuccess || driver == 0) {
    return {.count = 0, .why_none = "no NVIDIA driver was found"};
  }
  if (status == cudaErrorInsufficientDriver) {
    return {.count = 0,
            .why_none =
                fmt::format("the NVIDIA driver is for CUDA {}, want {} or later: update the driver",
                            version_text(driver), version_text(CUDART_VERSION)),
            .present = true};
  }
  return {.count = 0,
          .why_none = fmt::format("the NVIDIA driver says: {}", cudaGetErrorString(status)),
          .present = true};
}

}  // namespace

/// A card older than the oldest that the kernels are compiled for cannot be used, and counts as the
/// end of the list.
Gpus find_gpus() {
  constexpr int kOldestMajor = 8;
  int count = 0;
  const cudaError_t status = cudaGetDeviceCount(&count);  // 0 is an error
  if (status != cudaSuccess) {
    cudaGetLastError();  // or the next call would report it again
    return driver_trouble(status);
  }
  for (int i = 0; i < count; ++i) {
    int major = 0, minor = 0;
    cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, i);
    cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, i);
    if (major >= kOldestMajor) continue;
    return {.count = i,
            .why_none = fmt::format("card {} has compute capability {}.{}, want {}.0 or more", i,
                                    major, minor, kOldestMajor),
            .present = true};
  }
  return {.count = count, .why_none = "", .present = true};
}

}  // namespace lenet
