#include "base/thread_team.h"

#include <sched.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

namespace lenet {
namespace {

void pause_briefly() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// CPUs that a cgroup's cpu.max ("QUOTA PERIOD" or "max PERIOD") allows, 0 where it sets no limit.
int quota_of(const std::filesystem::path& cgroup) {
  std::ifstream file(cgroup / "cpu.max");
  double quota = 0, period = 0;
  if (!(file >> quota >> period) || quota <= 0 || period <= 0) return 0;
  return static_cast<int>(std::max(1.0, std::min((quota + period - 1) / period, 1e6)));
}

/// The smallest quota from this process' control group (version 2) up to the root, 0 where none is
/// set.
int cgroup_cpus() {
  std::ifstream file("/proc/self/cgroup");
  std::string line;
  int least = 0;
  while (std::getline(file, line)) {
    if (!line.starts_with("0::/")) continue;
    const std::filesystem::path root = "/sys/fs/cgroup";
    for (std::filesystem::path group = line.substr(4);; group = group.parent_path()) {
      const int cpus = quota_of(root / group);
      if (cpus > 0) least = least == 0 ? cpus : std::min(least, cpus);
      if (group.empty()) break;
    }
  }
  return least;
}

}  // namespace

int available_cpus() {
  int cpus = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  cpu_set_t mask;
  if (sched_getaffinity(0, sizeof(mask), &mask) == 0) cpus = std::max(1, CPU_COUNT(&mask));
  const int quota = cgroup_cpus();
  return quota > 0 ? std::min(cpus, quota) : cpus;
}

ThreadTeam::ThreadTeam(int threads)
    // About 50 us: longer than the uneven end of a phase, far shorter than a plot or an evaluation.
    // With more threads than CPUs, waiting awake would hold up the one waited for.
    : spins_(threads <= available_cpus() ? 2000 : 0) {
  workers_.reserve(static_cast<std::size_t>(threads - 1));
  try {
    for (int i = 1; i < threads; ++i) workers_.emplace_back([this, i] { work(i); });
  } catch (...) {
    stop();
    throw;
  }
}

ThreadTeam::~ThreadTeam() { stop(); }

void ThreadTeam::stop() {
  stopping_ = true;
  round_.fetch_add(1);
  round_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void ThreadTeam::wait_until_changed(const std::atomic<std::uint32_t>& value,
                                    std::uint32_t old) const {
  for (int i = 0; i < spins_; ++i) {
    if (value.load(std::memory_order_acquire) != old) return;
    pause_briefly();
  }
  value.wait(old, std::memory_order_acquire);
}

void ThreadTeam::run_job(const Job& job) {
  job_ = job;
  next_task_.store(0, std::memory_order_relaxed);
  active_.store(static_cast<std::uint32_t>(workers_.size()), std::memory_order_relaxed);
  round_.fetch_add(1, std::memory_order_release);
  if (!workers_.empty()) round_.notify_all();
  take_tasks(0);
  for (std::uint32_t left; (left = active_.load(std::memory_order_acquire)) != 0;) {
    wait_until_changed(active_, left);
  }
  if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
}

void ThreadTeam::work(int thread) {
  for (std::uint32_t round = 0;;) {
    wait_until_changed(round_, round);
    round = round_.load(std::memory_order_acquire);
    if (stopping_.load(std::memory_order_relaxed)) return;
    take_tasks(thread);
    if (active_.fetch_sub(1, std::memory_order_acq_rel) == 1) active_.notify_one();
  }
}

void ThreadTeam::take_tasks(int thread) {
  try {
    std::int64_t task;
    while ((task = next_task_.fetch_add(1, std::memory_order_relaxed)) < job_.tasks) {
      job_.call(job_.context, task, thread);
    }
  } catch (...) {
    const std::lock_guard lock(error_mutex_);
    if (!error_) error_ = std::current_exception();
    next_task_.store(job_.tasks, std::memory_order_relaxed);
  }
}

}  // namespace lenet
