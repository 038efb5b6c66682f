#include "base/thread_team.h"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace lenet {
namespace {

/// Runs `tasks` tasks and expects each to be called once, on a thread of the team.
void expect_each_once(ThreadTeam& team, std::int64_t tasks) {
  const auto calls = std::make_unique<std::atomic<int>[]>(static_cast<std::size_t>(tasks + 1));
  team.run(tasks, [&](std::int64_t task, int thread) {
    EXPECT_GE(thread, 0);
    EXPECT_LT(thread, team.size());
    ++calls[static_cast<std::size_t>(task)];
  });
  for (std::int64_t i = 0; i < tasks; ++i) ASSERT_EQ(calls[static_cast<std::size_t>(i)], 1) << i;
}

TEST(ThreadTeam, CallsEachTaskOnce) {
  for (const int threads : {1, 2, 3, 7}) {
    ThreadTeam team(threads);
    EXPECT_EQ(team.size(), threads);
    for (const std::int64_t tasks : {0, 1, 2, 5, 1000}) expect_each_once(team, tasks);
  }
}

TEST(ThreadTeam, HasMoreThreadsThanCpusIfAsked) {
  ThreadTeam team(4 * available_cpus() + 3);
  for (int i = 0; i < 50; ++i) expect_each_once(team, 40);
}

TEST(ThreadTeam, SeesInEveryRunWhatTheRunBeforeWrote) {
  ThreadTeam team(3);
  std::vector<int> values(8);
  constexpr int kRuns = 2000;  // each of which wakes threads, on a busy machine for milliseconds
  for (int run = 0; run < kRuns; ++run) {
    // Each task adds its neighbour of the run before; without a barrier they would differ.
    const std::vector<int> before = values;
    team.run(8, [&](std::int64_t task, int) {
      const auto i = static_cast<std::size_t>(task);
      values[i] = before[(i + 1) % 8] + 1;
    });
  }
  EXPECT_EQ(values, std::vector<int>(8, kRuns));
}

TEST(ThreadTeam, RethrowsAnExceptionOfATaskAndRunsOn) {
  for (const int threads : {1, 3}) {
    ThreadTeam team(threads);
    for (int i = 0; i < 100; ++i) {
      std::string message;
      try {
        team.run(64, [&](std::int64_t task, int) {
          if (task == i % 64) throw std::runtime_error("task failed");
        });
      } catch (const std::runtime_error& error) {
        message = error.what();
      }
      ASSERT_EQ(message, "task failed");
      expect_each_once(team, 16);
    }
  }
}

TEST(ThreadTeam, RethrowsOneExceptionWhenAllTasksThrow) {
  ThreadTeam team(3);
  EXPECT_THROW(team.run(100, [](std::int64_t, int) { throw std::logic_error("each"); }),
               std::logic_error);
  expect_each_once(team, 10);
}

TEST(ThreadTeam, EndsWithoutHavingRun) {
  for (int i = 0; i < 200; ++i) ThreadTeam team(3);
}

TEST(AvailableCpus, AreAtLeastOneAndNoMoreThanTheMachineHas) {
  EXPECT_GE(available_cpus(), 1);
  EXPECT_LE(available_cpus(), static_cast<int>(std::thread::hardware_concurrency()));
}

}  // namespace
}  // namespace lenet
