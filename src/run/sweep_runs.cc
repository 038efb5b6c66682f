#include "run/sweep_runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/require.h"
#include "lenet/error.h"
#include "lenet/sweep.h"
#include "lenet/timer.h"
#include "run/data_options.h"
#include "run/metric_keys.h"
#include "run/model_argument.h"
#include "run/run_options.h"
#include "run/run_request.h"
#include "run/start_network.h"
#include "run/sweep_axes.h"
#include "run/sweep_folder.h"
#include "run/unread_options.h"

namespace lenet {
namespace {

using Json = nlohmann::ordered_json;

std::vector<Overrides> runs_of(const SweepRequest& c) {
  const bool drawn = !c.random.empty();
  if (drawn == (c.trials == 0)) {
    throw Error(ErrorKind::kUsage, "--random and --trials go together");
  }
  if (!drawn && c.grid.empty()) {
    throw Error(ErrorKind::kUsage,
                "nothing to search: want --grid name=values, or --random and "
                "--trials");
  }
  std::vector<Overrides> runs;
  const auto draws = drawn ? random_runs(c.random, c.trials, c.common.options.fit.seed)
                           : std::vector<Overrides>{Overrides::object()};
  for (const Overrides& draw : draws) {
    for (const Overrides& combination : grid_runs(c.grid)) {
      runs.push_back(draw);
      runs.back().update(combination);
    }
  }
  return runs;
}

/// Options that are the same for all runs, whose data is in memory once, or that no run has.
void check_overrides(const Overrides& run) {
  for (const char* name :
       {"data", "size", "test_split", "split", "transpose", "skip_broken", "targets", "floats",
        "teacher", "threads", "device", "weights", "max_steps"}) {
    if (run.contains(name)) {
      throw Error(ErrorKind::kUsage, fmt::format("axis '{}': all runs of a sweep share it", name));
    }
  }
}

/// An option that was given has to be read by one run at least: of a sweep over optimizers, SGD's
/// alone take the momentum. train: what is trained on, once it is known; presets then have its
/// classes, and batches that nobody gave fall to it.
std::vector<SweepRun> sweep_runs(const Configuration& common,
                                 const std::vector<Overrides>& overrides,
                                 const Dataset* train = nullptr) {
  std::vector<SweepRun> runs;
  Json left = common.given;
  left.update(overrides.at(0));  // all have the same axes
  RunOptions o;
  for (const Overrides& run : overrides) {
    check_overrides(run);
    o = common.options;
    read_options(run, "sweep", o);
    o.lower_batch_size = o.lower_batch_size && !run.contains("batch_size");
    if (train) fall_to_data(*train, o);
    if (train) settle_loss(*train, o);
    left = unread(left, o);
    const std::int64_t classes = train ? train->outputs() : 10;
    runs.push_back(
        {parse_model_argument(o.model.value_or(kUsualModel), classes).net.text(), fit_options(o)});
  }
  require_read(left, o);
  return runs;
}

Json result_document(const Overrides& overrides, const SweepOutcome& outcome) {
  Json result = {{"options", overrides}};
  if (!outcome.report) {
    result["error"] = outcome.error;
    return result;
  }
  const Report& r = *outcome.report;
  const Metric& metric = *r.metric;
  result["loss"] = r.loss;
  put_metric(result, "train", metric, r.train_metric);
  put_metric(result, "test", metric, r.test_metric);
  put_metric(result, "holdout", metric, r.holdout_metric);
  put_metric(result, "averaged", metric, r.epochs.back().averaged_metric);
  Json& curve = result[metric_key("test", metric) + 's'];
  for (const EpochReport& e : r.epochs) curve.push_back(e.test_metric);
  result["examples_per_sec"] = r.examples_per_sec;
  return result;
}

/// Before hours go into runs without a result.
void require_metric(const SweepRequest& c, const std::vector<Overrides>& overrides) {
  const std::string& metric = c.metric;
  const FitOptions& common = c.common.options.fit;
  const auto gives = [&](const char* option, bool given) {
    return given || std::ranges::any_of(overrides,
                                        [&](const Overrides& run) { return run.contains(option); });
  };
  require(!metric.starts_with("holdout_") || gives("holdout", common.holdout != 0),
          fmt::format("--metric {}: no images are set aside; want --holdout, as in --holdout 0.1",
                      metric));
  require(!metric.starts_with("averaged_") || gives("ema", common.ema_decay != 0),
          fmt::format("--metric {}: no averages are kept; want --ema, as in --ema 0.99", metric));
}

/// The numbers of the runs without a result.
std::vector<std::int64_t> missing_runs(std::int64_t runs, const SweepFolder& folder) {
  std::vector<std::int64_t> numbers;
  for (std::int64_t i = 0; i < runs; ++i) {
    if (!folder.results().contains(i)) numbers.push_back(i);
  }
  return numbers;
}

/// Trains them, with a line for each; how many have ended.
std::int64_t train_missing(const SweepRequest& request, const RunSettings& settings,
                           const std::vector<Overrides>& overrides,
                           const std::vector<std::int64_t>& numbers, SweepFolder& folder) {
  const RunOptions& common = request.common.options;
  const int threads = common.fit.threads;
  LoadOptions how;
  how.numbers = wants_numbers(common.fit.loss);
  const auto [train, test] = load_data(common.data,
                                       {.threads = threads,
                                        .note = settings.note,
                                        .reading = settings.reading,
                                        .download = settings.download},
                                       how);
  const std::vector<SweepRun> all = sweep_runs(request.common, overrides, &train);
  folder.begin(data_sha256(train, test));
  const std::optional<Model> teacher = read_teacher(common, train);
  std::vector<SweepRun> runs;
  for (const std::int64_t i : numbers) {
    runs.push_back(all[static_cast<std::size_t>(i)]);
    if (teacher) runs.back().options.distillation.teacher = &teacher->net;
    runs.back().options.on_pause = [&](const Pause&) { return !settings.stop(); };
  }
  settings.started(fmt::format("training {} networks", runs.size()));
  Timer timer;
  std::int64_t examples = 0, ended = 0;
  sweep(runs, train, test, threads, [&](std::int64_t k, const SweepOutcome& outcome) {
    if (outcome.report && outcome.report->stopped) return;
    const std::int64_t run = numbers[static_cast<std::size_t>(k)];
    const Overrides& of_run = overrides[static_cast<std::size_t>(run)];
    folder.add(run, result_document(of_run, outcome));
    if (outcome.report) examples += outcome.report->examples;
    settings.ended(fmt::format("{}/{}  run {} {}  {}", ++ended, runs.size(), run, of_run.dump(),
                               outcome.report
                                   ? fmt::format("test {} {:.4f}", outcome.report->metric->name,
                                                 outcome.report->test_metric)
                                   : outcome.error));
  });
  if (ended == std::ssize(runs)) {
    settings.ended(fmt::format("{:.0f} images/s in all, evaluation included",
                               static_cast<double>(examples) / timer.elapsed()));
  }
  return ended;
}

void write_table(const SweepFolder& folder) {
  write_file(folder.path() / "sweep.csv", sweep_csv(folder.results()));
  if (const std::string svg = sweep_svg(folder.results()); !svg.empty()) {
    write_file(folder.path() / "sweep.svg", svg);
  }
}

}  // namespace

SweepEnd run_sweep(const SweepRequest& c, const RunSettings& given) {
  const RunSettings settings = complete(given);
  const RunOptions& common = c.common.options;
  require(common.weights.empty(), "--weights: each network of a sweep draws its own from its seed");
  const std::vector<Overrides> overrides = runs_of(c);
  require_metric(c, overrides);
  sweep_runs(c.common, overrides);  // refuses what is wrong before the folder is made
  Json options = options_document(common);
  options.erase("threads");  // changes no result
  SweepFolder folder(c.out, {{"lenet", LENET_VERSION}, {"options", options}, {"runs", overrides}});
  const std::vector<std::int64_t> numbers = missing_runs(std::ssize(overrides), folder);
  SweepEnd end{.results = {}, .runs = std::ssize(numbers)};
  if (!numbers.empty()) end.ended = train_missing(c, settings, overrides, numbers, folder);
  end.results = folder.results();
  end.stopped = end.ended < end.runs;
  if (!end.stopped) write_table(folder);
  return end;
}

}  // namespace lenet
