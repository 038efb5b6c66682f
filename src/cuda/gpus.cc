#include "base/gpus.h"

#include <cuda_runtime.h>
#include <fmt/format.h>

namespace lenet {
namespace {

std::string version_text(int version) {
  return fmt::format("{}.{}", version / 1000, version % 1000 / 10);
}

/// Why the driver names no card.
std::string driver_trouble(cudaError_t status) {
  int driver = 0;
  if (cudaDriverGetVersion(&driver) != cudaSuccess || driver == 0) {
    return "no NVIDIA driver was found";
  }
  if (status == cudaErrorInsufficientDriver) {
    return fmt::format("the NVIDIA driver is for CUDA {}, want {} or later: update the driver",
                       version_text(driver), version_text(CUDART_VERSION));
  }
  return fmt::format("the NVIDIA driver says: {}", cudaGetErrorString(status));
}

}  // namespace

/// A card older than the oldest that the kernels are compiled for cannot be used, and counts as the
/// end of the list.
Gpus find_gpus() {
  constexpr int kOldestMajor = 8;
  int count = 0;
  const cudaError_t status = cudaGetDeviceCount(&count);
  if (status != cudaSuccess) {
    cudaGetLastError();  // or the next call would report it again
    return {.count = 0, .why_none = driver_trouble(status)};
  }
  if (count == 0) return {.count = 0, .why_none = "there is no graphics card"};
  for (int i = 0; i < count; ++i) {
    int major = 0, minor = 0;
    cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, i);
    cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, i);
    if (major >= kOldestMajor) continue;
    return {.count = i,
            .why_none = fmt::format("card {} has compute capability {}.{}, want {}.0 or more", i,
                                    major, minor, kOldestMajor)};
  }
  return {.count = count, .why_none = ""};
}

}  // namespace lenet
