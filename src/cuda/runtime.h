// What the back end needs of the CUDA runtime: memory, a stream, graphs. runtime.cc calls CUDA; the
// tests put a stand-in on the host in its place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

namespace lenet::cuda {

/// Everything here throws Error (kFailed) for what the card or its driver refuses, naming the call.

/// A queue of work on one card, in order. What is queued while record() runs becomes a graph.
class Stream {
 public:
  explicit Stream(int device);
  ~Stream();
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  /// Makes the card the calling thread's: before it allocates or queues anything.
  void make_current() const;

  /// From host memory, which must stay as it is until wait() unless it is pageable.
  void copy_to_device(void* to, const void* from, std::size_t bytes);
  void copy_to_host(void* to, const void* from, std::size_t bytes);
  void copy_on_device(void* to, const void* from, std::size_t bytes);
  void zero(void* at, std::size_t bytes);

  /// What queue_work queues may run beside what is queued after it, up to the next join().
  void branch(const std::function<void()>& queue_work);
  void join();

  /// Until all that is queued is done. Not between branch() and join().
  void wait();

  /// Work that can be queued again and again in one call.
  class Graph;
  std::shared_ptr<const Graph> record(const std::function<void()>& queue_work);
  void launch(const Graph& graph);

  void* handle() const { return handle_; }  ///< the cudaStream_t; in a branch, the branch's

  /// On the host's stand-in alone. What a card does in no order, the work does forwards or
  /// backwards.
  void run(std::function<void(bool backwards)> work);

 private:
  void follow(void* first, void* then);

  int device_;
  void* handle_ = nullptr;
  void* side_ = nullptr;   ///< the cudaStream_t of branches
  void* event_ = nullptr;  ///< a cudaEvent_t
  bool branched_ = false;  ///< since the last join()
};

/// Throws if the last launch failed.
void check_launch();

namespace memory {

void* allocate_on_device(std::size_t bytes);
void free_on_device(void* memory) noexcept;
void* allocate_pinned(std::size_t bytes);  ///< on the host, for copies that need not wait
void free_pinned(void* memory) noexcept;

}  // namespace memory

/// `size` values in the memory of the current card, all zero bits, or in the host's, of any value.
template <class T, void* (*kAllocate)(std::size_t), void (*kFree)(void*) noexcept>
class Array {
 public:
  Array() = default;
  explicit Array(std::int64_t size)
      : size_(size),
        memory_(size == 0 ? nullptr : kAllocate(static_cast<std::size_t>(size) * sizeof(T))) {}

  T* data() const { return static_cast<T*>(memory_.get()); }
  std::int64_t size() const { return size_; }
  std::size_t bytes() const { return static_cast<std::size_t>(size_) * sizeof(T); }
  T& operator[](std::int64_t i) const { return data()[i]; }

 private:
  struct Free {
    void operator()(void* memory) const { kFree(memory); }
  };

  std::int64_t size_ = 0;
  std::unique_ptr<void, Free> memory_;
};

template <class T>
using DeviceArray = Array<T, memory::allocate_on_device, memory::free_on_device>;
template <class T>
using PinnedArray = Array<T, memory::allocate_pinned, memory::free_pinned>;

/// Copies all of `from`, which may be pageable, and waits.
template <class T>
void upload(Stream& stream, std::span<const T> from, const DeviceArray<T>& to) {
  stream.copy_to_device(to.data(), from.data(), from.size_bytes());
  stream.wait();
}

template <class T>
void download(Stream& stream, const DeviceArray<T>& from, std::span<T> to) {
  stream.copy_to_host(to.data(), from.data(), to.size_bytes());
  stream.wait();
}

}  // namespace lenet::cuda
