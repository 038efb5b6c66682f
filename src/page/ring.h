// A queue between one thread that puts and one that takes. Neither ever waits.
#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace lenet {

template <class T>
class Ring {
 public:
  /// places: a power of 2.
  explicit Ring(std::size_t places) : places_(places) {}

  /// False, and nothing is put, where fewer than `spare` places would stay free.
  bool put(T value, std::size_t spare = 0) {
    const std::size_t end = end_.load(std::memory_order_relaxed);
    if (end - first_.load(std::memory_order_acquire) + spare >= places_.size()) return false;
    places_[end & (places_.size() - 1)] = std::move(value);
    end_.store(end + 1, std::memory_order_release);
    return true;
  }

  std::optional<T> take() {
    const std::size_t first = first_.load(std::memory_order_relaxed);
    if (first == end_.load(std::memory_order_acquire)) return {};
    std::optional<T> value(std::move(places_[first & (places_.size() - 1)]));
    first_.store(first + 1, std::memory_order_release);
    return value;
  }

 private:
  std::vector<T> places_;
  // On cache lines of their own: each is written by one thread.
  alignas(64) std::atomic<std::size_t> first_ = 0;
  alignas(64) std::atomic<std::size_t> end_ = 0;
};

}  // namespace lenet
