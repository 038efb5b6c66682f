#include "lenet/sweep.h"

#include <atomic>
#include <mutex>

#include "base/thread_team.h"
#include "lenet/error.h"
#include "train/pack_runner.h"

namespace lenet {
namespace {

SweepOutcome train_one(const SweepRun& run, const Dataset& train, const Dataset& test) {
  try {
    Sequential net = Sequential::parse(run.model);
    FitOptions options = run.options;
    options.threads = 1;
    return {fit(net, train, test, options), ""};
  } catch (const Error& e) {
    return {std::nullopt, e.what()};
  }
}

}  // namespace

void sweep(std::span<const SweepRun> runs, const Dataset& train, const Dataset& test, int threads,
           const std::function<void(std::int64_t run, const SweepOutcome& outcome)>& done) {
  ThreadTeam team(checked_threads(threads));
  std::mutex one_call;
  std::atomic<bool> over = false;
  team.run(std::ssize(runs), [&](std::int64_t run, int) {
    if (over) return;
    const SweepOutcome outcome = train_one(runs[static_cast<std::size_t>(run)], train, test);
    if (outcome.report && outcome.report->stopped) over = true;
    const std::lock_guard lock(one_call);
    try {
      done(run, outcome);
    } catch (...) {
      over = true;
      throw;
    }
  });
}

}  // namespace lenet
