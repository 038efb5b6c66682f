#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/say.h"
#include "plot/live.h"
#include "run/compare.h"
#include "run/run_figure.h"
#include "run/run_folder.h"
#include "run/run_history.h"
#include "run/run_lock.h"

namespace lenet::cli {
namespace {

namespace fs = std::filesystem;

struct WatchCommand {
  std::vector<std::string> folders;
  TerminalPlot plot = TerminalPlot::kAuto;
};

/// Runs as they go on elsewhere.
class Watched {
 public:
  explicit Watched(const std::vector<std::string>& folders) {
    for (const std::string& named : folders) {
      const fs::path folder = folder_of_run(named);
      stamps_.emplace_back(folder);
      runs_.push_back(read(folder));
    }
  }

  const std::vector<RunHistory>& runs() const { return runs_; }

  /// Reads what has changed, and whether it still goes on; whether there was anything.
  bool look() {
    bool changed = false;
    for (std::size_t i = 0; i < runs_.size(); ++i) {
      if (runs_[i].state != RunState::kRunning) continue;
      const bool goes_on = is_locked(runs_[i].folder);
      const RunStamp now(runs_[i].folder);
      if (goes_on && now == stamps_[i]) continue;
      stamps_[i] = now;
      runs_[i] = read(runs_[i].folder);
      changed = true;
    }
    return changed;
  }

  bool any_running() const {
    return std::ranges::any_of(
        runs_, [](const RunHistory& run) { return run.state == RunState::kRunning; });
  }

 private:
  static RunHistory read(const fs::path& folder) {
    RunHistory run = read_run(folder);
    if (run.state == RunState::kDamaged) throw_damaged(run);
    return run;
  }

  std::vector<RunHistory> runs_;
  std::vector<RunStamp> stamps_;
};

/// The chapter's curves of one run, or the test metric of several.
Animator figure_of(const std::vector<RunHistory>& runs) {
  if (runs.size() > 1) {
    std::vector<CurveGroup> groups;
    const std::string figure = usual_figure(runs);
    for (const RunHistory& run : runs) groups.push_back({run.name, {curve_of(run, figure)}});
    return compare_figure(groups, figure);
  }
  const RunHistory& run = runs.front();
  const bool holdout = std::ranges::any_of(
      run.points, [](const FitPoint& p) { return p.holdout_metric.has_value(); });
  Animator figure(run_figure(run.epochs, *run.metric, holdout));
  for (const FitPoint& p : run.points) add_point(p, holdout, figure);
  return figure;
}

/// Of the run that is least far.
Progress progress_of(const std::vector<RunHistory>& runs) {
  const RunHistory& run = *std::ranges::min_element(runs, {}, [](const RunHistory& r) {
    return r.state == RunState::kRunning ? r.epochs_done : HUGE_VAL;
  });
  constexpr std::int64_t kSteps = 1000;  // of an epoch, as the points have no steps
  const double done = std::max(run.epochs_done, 0.001);
  const auto epoch = static_cast<std::int64_t>(std::ceil(done));
  Progress progress{.epoch = epoch,
                    .epochs = run.epochs,
                    .step = std::llround((done - static_cast<double>(epoch - 1)) * kSteps),
                    .steps = kSteps,
                    .images_per_second = std::nan(""),
                    .seconds_left = std::nan(""),
                    .metric_name = run.metric->name};
  progress.test_metric = run.last;
  for (const FitPoint& p : run.points) {
    progress.loss = p.train_loss.value_or(progress.loss);
    progress.metric = p.train_metric.value_or(progress.metric);
  }
  return progress;
}

/// The epochs of a run that were not printed yet, each a line, for what is no terminal.
void print_epochs(const RunHistory& run, bool several, double& printed) {
  double loss = std::nan(""), metric = std::nan("");
  for (const FitPoint& p : run.points) {
    loss = p.train_loss.value_or(loss);
    metric = p.train_metric.value_or(metric);
    if (!p.test_metric || p.epoch <= printed) continue;
    printed = p.epoch;
    say(stdout, "{}{}\n", several ? printable(run.name) + "  " : "",
        epoch_line({.epoch = std::llround(p.epoch),
                    .epochs = run.epochs,
                    .loss = loss,
                    .train_metric = metric,
                    .test_metric = p.test_metric,
                    .holdout_metric = p.holdout_metric,
                    .images_per_second = std::nan(""),
                    .metric_name = run.metric->name}));
  }
}

void run_command(const WatchCommand& c) {
  constexpr std::chrono::milliseconds kPause{100};
  constexpr int kLooksASecond = 10;
  Watched watched(c.folders);
  LiveOptions options = live_options(stdout, c.plot);
  options.frame = {};
  Animator figure = figure_of(watched.runs());
  LiveDisplay display(stdout, figure, options);
  std::vector<double> printed(watched.runs().size(), 0.0);
  bool goes_on = true;
  for (int looks = 0; goes_on; ++looks) {
    goes_on = watched.any_running();
    const bool changed = goes_on && watched.look();
    if (!options.in_place) {
      for (std::size_t i = 0; i < printed.size(); ++i) {
        print_epochs(watched.runs()[i], printed.size() > 1, printed[i]);
      }
    } else if (changed || looks % kLooksASecond == 0) {  // its size may have changed too
      figure = figure_of(watched.runs());
      display.step(progress_of(watched.runs()));
    }
    if (goes_on) std::this_thread::sleep_for(kPause);
  }
  display.finish();
  for (const RunHistory& run : watched.runs()) {
    say(stdout, "{}: {}{}\n", printable(run.folder.string()), to_string(run.state),
        run.why.empty() ? "" : ": " + printable(run.why));
  }
}

}  // namespace

void add_watch(const Command& app) {
  auto c = std::make_shared<WatchCommand>();
  const Command command = app.add_command(
      "watch", "The live figure of runs that go on elsewhere, until all of them have ended");
  command.option("RUNS", &c->folders, "Folders of runs").required();
  add_plot_option(command, c->plot);
  command.runs([c] { run_command(*c); });
}

}  // namespace lenet::cli
