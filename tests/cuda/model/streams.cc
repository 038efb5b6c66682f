// Streams, events, captures and graphs: work runs when the host waits for it, in any order that
// streams and events allow.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <set>
#include <vector>

#include "cuda/model/memory.h"
#include "cuda/model/model.h"

namespace cuda_model {
namespace {

struct Node {
  Work work;
  std::vector<std::shared_ptr<Node>> before;
  bool done = false;
};
using NodePointer = std::shared_ptr<Node>;

/// Nodes in an order in which they may run; `before` counts within it.
struct Graph {
  struct Recorded {
    Work work;
    std::vector<std::size_t> before;
  };
  std::vector<Recorded> nodes;
};

constexpr std::size_t kNone = -1;

struct Stream {
  NodePointer last;                 ///< what was queued last
  std::shared_ptr<Graph> captured;  ///< null unless it is captured
  bool began_capture = false;
  std::size_t last_recorded = kNone;
};

/// The end of a stream when the event was recorded.
struct Event {
  bool recorded = false;
  Stream end;
};

struct Runtime {
  std::vector<NodePointer> queued;
  std::set<Stream*> streams;
  Stream legacy;  ///< the default stream, which streams that do not block do not wait for
  cudaError_t last_error = cudaSuccess;
};

Runtime& runtime() {
  static Runtime runtime;
  return runtime;
}

Stream& stream_of(cudaStream_t handle) {
  if (!handle) return runtime().legacy;
  auto* stream = reinterpret_cast<Stream*>(handle);
  if (!runtime().streams.contains(stream)) violate("the stream does not exist");
  return *stream;
}

Event& event_of(cudaEvent_t handle) { return *reinterpret_cast<Event*>(handle); }

/// Adds a node behind the end of each of the streams.
void add(Stream& stream, Work work, std::initializer_list<const Stream*> ends) {
  if (stream.captured) {
    Graph::Recorded node{std::move(work), {}};
    for (const Stream* end : ends) {
      if (end->last_recorded != kNone) node.before.push_back(end->last_recorded);
    }
    stream.captured->nodes.push_back(std::move(node));
    stream.last_recorded = stream.captured->nodes.size() - 1;
    return;
  }
  auto node = std::make_shared<Node>(Node{std::move(work), {}});
  for (const Stream* end : ends) {
    if (end->last) node->before.push_back(end->last);
  }
  runtime().queued.push_back(node);
  stream.last = node;
}

bool is_ready(const NodePointer& node) {
  return std::ranges::all_of(node->before, [](const NodePointer& b) { return b->done; });
}

/// Runs what is queued until `node` is done, or all if it is null.
void run_until(const NodePointer& node) {
  std::vector<NodePointer>& queued = runtime().queued;
  while (!queued.empty() && !(node && node->done)) {
    std::vector<std::size_t> ready;  // of the first few: a long queue would be searched for long
    for (std::size_t i = 0; i < queued.size() && ready.size() < 8; ++i) {
      if (is_ready(queued[i])) ready.push_back(i);
    }
    const auto at = static_cast<std::ptrdiff_t>(ready[random()() % ready.size()]);
    const NodePointer next = queued[static_cast<std::size_t>(at)];
    queued.erase(queued.begin() + at);
    next->work();
    *next = {.work = {}, .before = {}, .done = true};
  }
}

}  // namespace

void violate(const char* what) {
  std::fprintf(stderr, "CUDA: %s\n", what);
  std::abort();
}

std::mt19937& random() {
  static std::mt19937 random;
  return random;
}

void queue(cudaStream_t stream, Work work) {
  Stream& s = stream_of(stream);
  add(s, std::move(work), {&s});
}

bool is_captured(cudaStream_t stream) { return stream_of(stream).captured != nullptr; }

void require_no_capture() {
  for (const Stream* stream : runtime().streams) {
    if (stream->captured) violate("a call that is not allowed in a capture");
  }
}

void wait_for(cudaStream_t stream) {
  if (is_captured(stream)) violate("waits for a captured stream");
  if (stream_of(stream).last) run_until(stream_of(stream).last);
}

void wait_for_all() {
  require_no_capture();
  run_until(nullptr);
}

}  // namespace cuda_model

using namespace cuda_model;  // what follows are CUDA's own names

extern "C" {

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* handle, unsigned flags) {
  if (flags != cudaStreamNonBlocking) violate("streams that block are not modelled");
  auto* stream = new Stream;
  runtime().streams.insert(stream);
  *handle = reinterpret_cast<cudaStream_t>(stream);
  return cudaSuccess;
}

cudaError_t cudaStreamDestroy(cudaStream_t handle) {
  Stream* stream = &stream_of(handle);
  runtime().streams.erase(stream);
  delete stream;
  return cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  wait_for(stream);
  return cudaSuccess;
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
  *event = reinterpret_cast<cudaEvent_t>(new Event);
  return cudaSuccess;
}

cudaError_t cudaEventDestroy(cudaEvent_t event) {
  delete &event_of(event);
  return cudaSuccess;
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  event_of(event) = {true, stream_of(stream)};
  return cudaSuccess;
}

/// A stream that waits for an event of a capture becomes part of it.
cudaError_t cudaStreamWaitEvent(cudaStream_t handle, cudaEvent_t event, unsigned) {
  Stream& stream = stream_of(handle);
  const auto& [recorded, end] = event_of(event);
  if (!recorded) violate("waits for an event that was not recorded");
  if (stream.captured && stream.captured != end.captured)
    violate("waits for work outside its capture");
  if (!stream.captured) stream.captured = end.captured;
  add(stream, [] {}, {&stream, &end});
  return cudaSuccess;
}

cudaError_t cudaStreamBeginCapture(cudaStream_t handle, cudaStreamCaptureMode) {
  Stream& stream = stream_of(handle);
  if (stream.captured) violate("is captured already");
  stream.captured = std::make_shared<Graph>();
  stream.began_capture = true;
  return cudaSuccess;
}

cudaError_t cudaStreamEndCapture(cudaStream_t handle, cudaGraph_t* graph) {
  Stream& stream = stream_of(handle);
  if (!stream.captured || !stream.began_capture) violate("ends a capture that it did not begin");
  const std::shared_ptr<Graph> captured = stream.captured;
  std::vector<bool> joined(captured->nodes.size());
  if (stream.last_recorded != kNone) joined[stream.last_recorded] = true;
  for (std::size_t i = joined.size(); i-- > 0;) {
    if (!joined[i]) violate("work of another stream was not joined before the end of the capture");
    for (const std::size_t before : captured->nodes[i].before) joined[before] = true;
  }
  for (Stream* part : runtime().streams) {
    if (part->captured == captured) *part = {.last = part->last, .captured = nullptr};
  }
  *graph = reinterpret_cast<cudaGraph_t>(new Graph(*captured));
  return cudaSuccess;
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t* executable, cudaGraph_t graph,
                                 unsigned long long) {
  *executable = reinterpret_cast<cudaGraphExec_t>(new Graph(*reinterpret_cast<Graph*>(graph)));
  return cudaSuccess;
}

cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  delete reinterpret_cast<Graph*>(graph);
  return cudaSuccess;
}

cudaError_t cudaGraphExecDestroy(cudaGraphExec_t executable) {
  delete reinterpret_cast<Graph*>(executable);
  return cudaSuccess;
}

cudaError_t cudaGraphLaunch(cudaGraphExec_t executable, cudaStream_t handle) {
  Stream& stream = stream_of(handle);
  if (stream.captured) violate("launches a graph in a capture");
  std::vector<Stream> ends;  // behind each node
  ends.reserve(reinterpret_cast<Graph*>(executable)->nodes.size());
  for (const Graph::Recorded& node : reinterpret_cast<Graph*>(executable)->nodes) {
    Stream own;
    add(own, node.work, {&stream});
    for (const std::size_t before : node.before) own.last->before.push_back(ends[before].last);
    ends.push_back(own);
  }
  auto end = std::make_shared<Node>(Node{[] {}, {}});
  for (const Stream& s : ends) end->before.push_back(s.last);
  if (stream.last) end->before.push_back(stream.last);
  runtime().queued.push_back(end);
  stream.last = end;
  return cudaSuccess;
}

}  // extern "C"
