// Threads that work through numbered tasks together.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace lenet {

/// CPUs that this process may use: its affinity mask, and the quota of its control group rounded
/// up. At least 1.
int available_cpus();

/// A fixed set of threads. The caller of run() is one of them; the others wait between runs, first
/// awake for some microseconds, then asleep.
class ThreadTeam {
 public:
  /// Throws std::system_error if the threads cannot be started.
  explicit ThreadTeam(int threads);
  ~ThreadTeam();
  ThreadTeam(const ThreadTeam&) = delete;
  ThreadTeam& operator=(const ThreadTeam&) = delete;

  int size() const { return static_cast<int>(workers_.size()) + 1; }

  /// Calls f(task, thread) once for every task < tasks, on thread < size(), each thread taking the
  /// next task when it is done; returns when all are done. Rethrows the first exception of a task.
  /// Allocates nothing.
  template <class F>
  void run(std::int64_t tasks, const F& f) {
    run_job({tasks,
             [](const void* context, std::int64_t task, int thread) {
               (*static_cast<const F*>(context))(task, thread);
             },
             &f});
  }

 private:
  struct Job {
    std::int64_t tasks = 0;
    void (*call)(const void* context, std::int64_t task, int thread) = nullptr;
    const void* context = nullptr;
  };

  void run_job(const Job& job);
  void work(int thread);
  void take_tasks(int thread);
  void wait_until_changed(const std::atomic<std::uint32_t>& value, std::uint32_t old) const;
  void stop();

  Job job_;
  int spins_;
  std::atomic<std::int64_t> next_task_{0};
  std::atomic<std::uint32_t> round_{0};   ///< counts jobs; workers wait for it to change
  std::atomic<std::uint32_t> active_{0};  ///< workers that have not finished this round
  std::atomic<bool> stopping_{false};
  std::mutex error_mutex_;
  std::exception_ptr error_;
  std::vector<std::thread> workers_;
};

}  // namespace lenet
