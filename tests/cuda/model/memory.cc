// Memory of the device and pinned memory, with bounds that AddressSanitizer sees; copies by the
// rules for each kind. And what a program may ask about the device.
#include "cuda/model/memory.h"

#include <cstdlib>
#include <cstring>
#include <map>
#include <vector>

#include "cuda/model/model.h"

namespace cuda_model {
namespace {

enum class Kind { kPageable, kPinned, kDevice };

struct Allocation {
  std::size_t bytes;
  Kind kind;
};

std::map<const char*, Allocation>& allocations() {
  static std::map<const char*, Allocation> all;
  return all;
}

Kind kind_of(const void* at, std::size_t bytes) {
  const auto* first = static_cast<const char*>(at);
  const auto next = allocations().upper_bound(first);
  if (next == allocations().begin()) return Kind::kPageable;
  const auto& [begin, allocation] = *std::prev(next);
  if (first >= begin + allocation.bytes) return Kind::kPageable;
  if (first + bytes > begin + allocation.bytes) violate("reaches beyond the end of an allocation");
  return allocation.kind;
}

/// Filled with NaN.
void* allocate(std::size_t bytes, Kind kind) {
  require_no_capture();
  void* memory = std::malloc(bytes);
  if (memory) allocations()[static_cast<char*>(memory)] = {bytes, kind};
  return memory ? std::memset(memory, 0xff, bytes) : nullptr;
}

void release(void* memory) {
  if (!memory) return;
  wait_for_all();
  if (allocations().erase(static_cast<char*>(memory)) == 0) violate("frees what was not allocated");
  std::free(memory);
}

void require_device(const void* at, std::size_t bytes) {
  if (kind_of(at, bytes) != Kind::kDevice) violate("wants memory of the device");
}

void copy_to_device(void* to, const void* from, std::size_t bytes, cudaStream_t stream) {
  require_device(to, bytes);
  const Kind kind = kind_of(from, bytes);
  if (kind == Kind::kDevice) violate("copies to the device from the device");
  if (kind == Kind::kPinned) return queue(stream, [=] { std::memcpy(to, from, bytes); });
  if (is_captured(stream)) violate("copies pageable memory in a capture");
  const auto* first = static_cast<const char*>(from);
  queue(stream, [=, copied = std::vector<char>(first, first + bytes)] {
    std::memcpy(to, copied.data(), bytes);
  });
}

void copy_to_host(void* to, const void* from, std::size_t bytes, cudaStream_t stream) {
  require_device(from, bytes);
  const Kind kind = kind_of(to, bytes);
  if (kind == Kind::kDevice) violate("copies to the host into the device");
  queue(stream, [=] { std::memcpy(to, from, bytes); });
  if (kind == Kind::kPageable) wait_for(stream);
}

}  // namespace
}  // namespace cuda_model

using namespace cuda_model;  // what follows are CUDA's own names

extern "C" {

cudaError_t cudaMalloc(void** memory, std::size_t bytes) {
  *memory = allocate(bytes, Kind::kDevice);
  return *memory ? cudaSuccess : cudaErrorMemoryAllocation;
}

cudaError_t cudaMallocHost(void** memory, std::size_t bytes) {
  *memory = allocate(bytes, Kind::kPinned);
  return *memory ? cudaSuccess : cudaErrorMemoryAllocation;
}

cudaError_t cudaFree(void* memory) {
  release(memory);
  return cudaSuccess;
}

cudaError_t cudaFreeHost(void* memory) {
  release(memory);
  return cudaSuccess;
}

cudaError_t cudaMemset(void* at, int value, std::size_t bytes) {
  require_no_capture();
  return cudaMemsetAsync(at, value, bytes, nullptr);
}

cudaError_t cudaMemsetAsync(void* at, int value, std::size_t bytes, cudaStream_t stream) {
  require_device(at, bytes);
  queue(stream, [=] { std::memset(at, value, bytes); });
  return cudaSuccess;
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream) {
  if (kind == cudaMemcpyHostToDevice) {
    copy_to_device(to, from, bytes, stream);
  } else if (kind == cudaMemcpyDeviceToHost) {
    copy_to_host(to, from, bytes, stream);
  } else {
    require_device(to, bytes);
    require_device(from, bytes);
    queue(stream, [=] { std::memcpy(to, from, bytes); });
  }
  return cudaSuccess;
}

cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total) {
  *free = *total = std::size_t{1} << 30;
  return cudaSuccess;
}

cudaError_t cudaGetDeviceCount(int* count) {
  *count = 1;
  return cudaSuccess;
}

cudaError_t cudaSetDevice(int device) { return device == 0 ? cudaSuccess : cudaErrorInvalidDevice; }

cudaError_t cudaDriverGetVersion(int* version) {
  *version = CUDART_VERSION;
  return cudaSuccess;
}

cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int) {
  *value = attribute == cudaDevAttrComputeCapabilityMajor ? 9 : 0;
  return cudaSuccess;
}

cudaError_t cudaGetLastError() { return cudaSuccess; }
const char* cudaGetErrorString(cudaError_t) { return "an error of the model"; }
const char* cudaGetErrorName(cudaError_t) { return "cudaErrorOfTheModel"; }

}  // extern "C"
