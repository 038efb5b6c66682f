// In place of the card: its memory is the host's, and a stream does its work when it is waited for,
// as late as a card may. What may run in any order does so in an order drawn at random.
#include <cassert>
#include <cstdlib>
#include <cstring>
#include <map>
#include <new>
#include <random>
#include <utility>
#include <vector>

#include "base/gpus.h"
#include "cuda/runtime.h"

namespace lenet {

Gpus find_gpus() { return {.count = 1, .why_none = "", .present = true}; }

namespace cuda {
namespace {

using Work = std::function<void(bool backwards)>;

bool coin() {
  thread_local std::minstd_rand random;
  return random() % 2 == 1;
}

/// Queued work: of the stream, and of its branches. Each waits for what was queued before it in its
/// own lane, and for a number of works of the other.
struct Lanes {
  struct Waiting {
    Work work;
    std::size_t others;
  };
  struct Lane {
    std::vector<Waiting> queue;
    std::size_t done = 0, others = 0;
    bool idle() const { return done == queue.size(); }
  };

  Lane main, side;
  bool in_branch = false;

  void add(Work work) {
    Lane& lane = in_branch ? side : main;
    lane.queue.push_back({std::move(work), lane.others});
  }

  void run() {
    while (!main.idle() || !side.idle()) {
      const bool of_side = coin();
      Lane& lane = of_side ? side : main;
      if (lane.idle() || lane.queue[lane.done].others > (of_side ? main : side).done) continue;
      lane.queue[lane.done].work(coin());
      ++lane.done;
    }
    *this = {};
  }
};

thread_local std::map<Stream*, Lanes> streams;
thread_local Lanes* recorded = nullptr;
thread_local std::map<const char*, std::size_t> pinned;

bool is_pinned(const void* at) {
  const auto* byte = static_cast<const char*>(at);
  const auto next = pinned.upper_bound(byte);
  if (next == pinned.begin()) return false;
  const auto& [first, bytes] = *std::prev(next);
  return byte < first + bytes;
}

Lanes& lanes_of(Stream* stream) { return recorded ? *recorded : streams[stream]; }

}  // namespace

class Stream::Graph {
 public:
  Lanes lanes;
};

Stream::Stream(int device) : device_(device) {}
Stream::~Stream() {
  wait();
  streams.erase(this);
}

void Stream::make_current() const {}

void Stream::run(Work work) { lanes_of(this).add(std::move(work)); }

/// Pageable memory is read at once.
void Stream::copy_to_device(void* to, const void* from, std::size_t bytes) {
  if (is_pinned(from)) return copy_on_device(to, from, bytes);
  assert(!recorded);
  const auto* first = static_cast<const char*>(from);
  run([=, copied = std::vector<char>(first, first + bytes)](bool) {
    std::memcpy(to, copied.data(), bytes);
  });
}
void Stream::copy_to_host(void* to, const void* from, std::size_t bytes) {
  copy_on_device(to, from, bytes);
  if (!is_pinned(to)) wait();
}
void Stream::copy_on_device(void* to, const void* from, std::size_t bytes) {
  run([=](bool) { std::memcpy(to, from, bytes); });
}
void Stream::zero(void* at, std::size_t bytes) {
  run([=](bool) { std::memset(at, 0, bytes); });
}

void Stream::branch(const std::function<void()>& queue_work) {
  Lanes& lanes = lanes_of(this);
  lanes.side.others = lanes.main.queue.size();
  lanes.in_branch = true;
  queue_work();
  lanes.in_branch = false;
}
void Stream::join() {
  Lanes& lanes = lanes_of(this);
  lanes.main.others = lanes.side.queue.size();
}
void Stream::wait() {
  assert(!recorded);
  streams[this].run();
}

std::shared_ptr<const Stream::Graph> Stream::record(const std::function<void()>& queue_work) {
  auto graph = std::make_shared<Graph>();
  recorded = &graph->lanes;
  queue_work();
  recorded = nullptr;
  return graph;
}

void Stream::launch(const Graph& graph) {
  run([lanes = graph.lanes](bool) { Lanes(lanes).run(); });
}

namespace memory {
namespace {

void* allocate(std::size_t bytes, int byte) {
  constexpr std::size_t kAlignment = 64;
  void* memory = std::aligned_alloc(kAlignment, (bytes + kAlignment - 1) / kAlignment * kAlignment);
  if (!memory) throw std::bad_alloc();
  return std::memset(memory, byte, bytes);
}

/// As a card does before it gives memory back.
void wait_for_all() {
  assert(!recorded);
  for (auto& [stream, lanes] : streams) lanes.run();
}

}  // namespace

void* allocate_on_device(std::size_t bytes) { return allocate(bytes, 0); }
void free_on_device(void* memory) noexcept {
  wait_for_all();
  std::free(memory);
}
void* allocate_pinned(std::size_t bytes) {
  void* memory = allocate(bytes, 0xff);
  pinned[static_cast<const char*>(memory)] = bytes;
  return memory;
}
void free_pinned(void* memory) noexcept {
  wait_for_all();
  pinned.erase(static_cast<const char*>(memory));
  std::free(memory);
}

}  // namespace memory
}  // namespace cuda
}  // namespace lenet
