#include "cuda/runtime.h"

#include <cuda_runtime.h>
#include <fmt/format.h>

#include <utility>

#include "lenet/error.h"

namespace lenet::cuda {
namespace {

void check(cudaError_t status, const char* call) {
  if (status == cudaSuccess) return;
  cudaGetLastError();  // or the next call would report it again
  throw Error(ErrorKind::kFailed, fmt::format("CUDA: {}: {} ({})", call, cudaGetErrorString(status),
                                              cudaGetErrorName(status)));
}

cudaStream_t stream_of(void* handle) { return static_cast<cudaStream_t>(handle); }

}  // namespace

class Stream::Graph {
 public:
  explicit Graph(cudaGraph_t graph) {
    const cudaError_t status = cudaGraphInstantiate(&executable_, graph, 0);
    cudaGraphDestroy(graph);
    check(status, "cudaGraphInstantiate");
  }
  ~Graph() { cudaGraphExecDestroy(executable_); }
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;

  cudaGraphExec_t executable() const { return executable_; }

 private:
  cudaGraphExec_t executable_ = nullptr;
};

Stream::Stream(int device) : device_(device) {
  make_current();
  for (void** stream : {&handle_, &side_}) {
    check(cudaStreamCreateWithFlags(reinterpret_cast<cudaStream_t*>(stream), cudaStreamNonBlocking),
          "cudaStreamCreate");
  }
  check(cudaEventCreateWithFlags(reinterpret_cast<cudaEvent_t*>(&event_), cudaEventDisableTiming),
        "cudaEventCreate");
}

Stream::~Stream() {
  for (void* stream : {handle_, side_}) {
    cudaStreamSynchronize(stream_of(stream));
    cudaStreamDestroy(stream_of(stream));
  }
  cudaEventDestroy(static_cast<cudaEvent_t>(event_));
}

void Stream::make_current() const { check(cudaSetDevice(device_), "cudaSetDevice"); }

void Stream::copy_to_device(void* to, const void* from, std::size_t bytes) {
  check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyHostToDevice, stream_of(handle_)),
        "cudaMemcpyAsync to the card");
}

void Stream::copy_to_host(void* to, const void* from, std::size_t bytes) {
  check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToHost, stream_of(handle_)),
        "cudaMemcpyAsync to the host");
}

void Stream::copy_on_device(void* to, const void* from, std::size_t bytes) {
  check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, stream_of(handle_)),
        "cudaMemcpyAsync on the card");
}

void Stream::zero(void* at, std::size_t bytes) {
  check(cudaMemsetAsync(at, 0, bytes, stream_of(handle_)), "cudaMemsetAsync");
}

void Stream::follow(void* first, void* then) {
  const auto event = static_cast<cudaEvent_t>(event_);
  check(cudaEventRecord(event, stream_of(first)), "cudaEventRecord");
  check(cudaStreamWaitEvent(stream_of(then), event), "cudaStreamWaitEvent");
}

void Stream::branch(const std::function<void()>& queue_work) {
  follow(handle_, side_);
  branched_ = true;
  std::swap(handle_, side_);
  try {
    queue_work();
  } catch (...) {
    std::swap(handle_, side_);
    throw;
  }
  std::swap(handle_, side_);
}

void Stream::join() {
  if (branched_) follow(side_, handle_);
  branched_ = false;
}

void Stream::wait() { check(cudaStreamSynchronize(stream_of(handle_)), "cudaStreamSynchronize"); }

std::shared_ptr<const Stream::Graph> Stream::record(const std::function<void()>& queue_work) {
  cudaGraph_t graph = nullptr;
  check(cudaStreamBeginCapture(stream_of(handle_), cudaStreamCaptureModeThreadLocal),
        "cudaStreamBeginCapture");
  try {
    queue_work();
  } catch (...) {
    if (cudaStreamEndCapture(stream_of(handle_), &graph) == cudaSuccess) cudaGraphDestroy(graph);
    cudaGetLastError();  // or the next call would report it again
    branched_ = false;
    throw;
  }
  check(cudaStreamEndCapture(stream_of(handle_), &graph), "cudaStreamEndCapture");
  return std::make_shared<const Graph>(graph);
}

void Stream::launch(const Graph& graph) {
  check(cudaGraphLaunch(graph.executable(), stream_of(handle_)), "cudaGraphLaunch");
}

void check_launch() { check(cudaGetLastError(), "kernel launch"); }

namespace memory {
namespace {

[[noreturn]] void throw_out_of_memory(std::size_t wanted) {
  cudaGetLastError();  // or the next call would report it again
  std::size_t free = 0, total = 0;
  check(cudaMemGetInfo(&free, &total), "cudaMemGetInfo");
  throw Error(ErrorKind::kFailed,
              fmt::format("the graphics card has {} MiB of memory free, want {} MiB more; take a "
                          "smaller batch, or the CPU",
                          free >> 20, (wanted >> 20) + 1));
}

}  // namespace

void* allocate_on_device(std::size_t bytes) {
  void* memory = nullptr;
  cudaError_t status = cudaMalloc(&memory, bytes);
  if (status == cudaErrorMemoryAllocation) throw_out_of_memory(bytes);
  check(status, "cudaMalloc");
  // The memory is set behind the host's back, and streams that do not block do not wait for it.
  status = cudaMemset(memory, 0, bytes);
  if (status == cudaSuccess) status = cudaStreamSynchronize(nullptr);
  if (status != cudaSuccess) cudaFree(memory);
  check(status, "cudaMemset");
  return memory;
}

void free_on_device(void* memory) noexcept { cudaFree(memory); }

void* allocate_pinned(std::size_t bytes) {
  void* memory = nullptr;
  check(cudaMallocHost(&memory, bytes), "cudaMallocHost");
  return memory;
}

void free_pinned(void* memory) noexcept { cudaFreeHost(memory); }

}  // namespace memory
}  // namespace lenet::cuda
