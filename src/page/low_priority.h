// Work beside a training that is to be slowed by nothing.
#pragma once

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <future>
#include <utility>

namespace lenet {

/// The calling thread gives way to those that train, and leaves signals to them.
inline void give_way() {
  constexpr int kNice = 10;
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kNice);
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

/// The result of `work`, by a thread that gives way.
template <class Work>
auto in_background(Work work) {
  return std::async(std::launch::async, [work = std::move(work)]() mutable {
    give_way();
    return work();
  });
}

/// Whether there is a result, which can be taken without waiting.
template <class T>
bool is_ready(const std::future<T>& result) {
  return result.valid() && result.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

}  // namespace lenet
