// In place of the card: its memory is the host's, and a stream does its work at once. A graph keeps
// what was queued, with the arguments that it had.
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>
#include <vector>

#include "base/gpus.h"
#include "cuda/runtime.h"

namespace lenet {

Gpus find_gpus() { return {.count = 1, .why_none = ""}; }

namespace cuda {

class Stream::Graph {
 public:
  std::vector<std::function<void()>> work;
};

namespace {

thread_local std::vector<std::function<void()>>* recorded = nullptr;

}  // namespace

Stream::Stream(int device) : device_(device) {}
Stream::~Stream() = default;

void Stream::make_current() const {}

void Stream::run(std::function<void()> work) {
  if (recorded) return recorded->push_back(std::move(work));
  work();
}

void Stream::copy_to_device(void* to, const void* from, std::size_t bytes) {
  run([=] { std::memcpy(to, from, bytes); });
}
void Stream::copy_to_host(void* to, const void* from, std::size_t bytes) {
  copy_to_device(to, from, bytes);
}
void Stream::copy_on_device(void* to, const void* from, std::size_t bytes) {
  copy_to_device(to, from, bytes);
}
void Stream::zero(void* at, std::size_t bytes) {
  run([=] { std::memset(at, 0, bytes); });
}
void Stream::wait() {}

std::shared_ptr<const Stream::Graph> Stream::record(const std::function<void()>& queue_work) {
  auto graph = std::make_shared<Graph>();
  recorded = &graph->work;
  queue_work();
  recorded = nullptr;
  return graph;
}

void Stream::launch(const Graph& graph) {
  for (const auto& work : graph.work) work();
}

namespace memory {

void* allocate_on_device(std::size_t bytes) {
  constexpr std::size_t kAlignment = 64;
  void* memory = std::aligned_alloc(kAlignment, (bytes + kAlignment - 1) / kAlignment * kAlignment);
  if (!memory) throw std::bad_alloc();
  return std::memset(memory, 0, bytes);
}

void free_on_device(void* memory) noexcept { std::free(memory); }
void* allocate_pinned(std::size_t bytes) { return allocate_on_device(bytes); }
void free_pinned(void* memory) noexcept { std::free(memory); }

}  // namespace memory
}  // namespace cuda
}  // namespace lenet
