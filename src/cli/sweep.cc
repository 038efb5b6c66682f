#include "lenet/sweep.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "base/file.h"
#include "base/plural.h"
#include "base/require.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/run_display.h"
#include "cli/say.h"
#include "cli/signals.h"
#include "lenet/error.h"
#include "lenet/timer.h"
#include "run/configuration.h"
#include "run/json_document.h"
#include "run/model_argument.h"
#include "run/option_checks.h"
#include "run/run_options.h"
#include "run/sweep_axes.h"
#include "run/sweep_folder.h"
#include "run/sweep_table.h"
#include "run/unread_options.h"

namespace lenet::cli {
namespace {

using Json = nlohmann::ordered_json;

struct SweepCommand {
  ConfiguredOptions common;
  std::vector<std::string> grid, random;
  std::int64_t trials = 0;
  std::string metric = "test_acc";
  std::string out;
  bool json = false;
};

std::vector<Overrides> runs_of(const SweepCommand& c, std::uint64_t seed) {
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
  const auto draws =
      drawn ? random_runs(c.random, c.trials, seed) : std::vector<Overrides>{Overrides::object()};
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
  for (const char* name : {"data", "size", "test_split", "split", "transpose", "skip_broken",
                           "threads", "device", "weights", "max_steps"}) {
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
    left = unread(left, o);
    const std::int64_t classes = train ? train->classes() : 10;
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
  result.update(Json{{"loss", r.loss}, {"train_acc", r.train_acc}, {"test_acc", r.test_acc}});
  if (const auto& last = r.epochs[static_cast<std::size_t>(r.best_epoch - 1)]; last.holdout_acc) {
    result["holdout_acc"] = *last.holdout_acc;
  }
  if (const auto& averaged = r.epochs.back().averaged_acc) result["averaged_acc"] = *averaged;
  for (const EpochReport& e : r.epochs) result["test_accs"].push_back(e.test_acc);
  result["examples_per_sec"] = r.examples_per_sec;
  return result;
}

/// What has ended is in the folder.
[[noreturn]] void end_stopped(std::int64_t ended, std::int64_t runs) {
  const int signal = SignalRequests::stop();
  say(stderr, "stopped by {} after {} of {}; to go on: the same command\n", signal_name(signal),
      ended, counted(runs, "run"));
  throw Stopped{signal};
}

/// Trains what is missing, with a line on stderr for each run.
void train_missing(const Configuration& given, const std::vector<Overrides>& overrides,
                   SweepFolder& folder) {
  std::vector<std::int64_t> numbers;
  for (std::int64_t i = 0; i < std::ssize(overrides); ++i) {
    if (!folder.results().contains(i)) numbers.push_back(i);
  }
  if (numbers.empty()) return;
  const int threads = given.options.fit.threads;
  const auto [train, test] = load_data(given.options.data, load_settings(threads));
  const std::vector<SweepRun> all = sweep_runs(given, overrides, &train);
  folder.begin(data_sha256(train, test));
  std::vector<SweepRun> runs;
  for (const std::int64_t i : numbers) {
    runs.push_back(all[static_cast<std::size_t>(i)]);
    runs.back().options.on_pause = [](const Pause&) { return SignalRequests::stop() == 0; };
  }
  const SignalRequests signals;
  Timer timer;
  std::int64_t examples = 0, ended = 0;
  sweep(runs, train, test, threads, [&](std::int64_t k, const SweepOutcome& outcome) {
    if (outcome.report && outcome.report->stopped) return;
    const std::int64_t run = numbers[static_cast<std::size_t>(k)];
    const Overrides& of_run = overrides[static_cast<std::size_t>(run)];
    folder.add(run, result_document(of_run, outcome));
    if (outcome.report) examples += outcome.report->examples;
    say(stderr, "{}/{}  run {} {}  {}\n", ++ended, runs.size(), run, of_run.dump(),
        outcome.report ? fmt::format("test acc {:.4f}", outcome.report->test_acc) : outcome.error);
  });
  if (ended < std::ssize(runs)) end_stopped(ended, std::ssize(runs));
  say(stderr, "{:.0f} images/s in all, evaluation included\n",
      static_cast<double>(examples) / timer.elapsed());
}

/// Before hours go into runs without a result.
void require_metric(const std::string& metric, const RunOptions& common,
                    const std::vector<Overrides>& overrides) {
  const auto gives = [&](const char* option, bool given) {
    return given || std::ranges::any_of(overrides,
                                        [&](const Overrides& run) { return run.contains(option); });
  };
  require(metric != "holdout_acc" || gives("holdout", common.fit.holdout != 0),
          "--metric holdout_acc: no images are set aside; want --holdout, as in --holdout 0.1");
  require(metric != "averaged_acc" || gives("ema", common.fit.ema_decay != 0),
          "--metric averaged_acc: no averages are kept; want --ema, as in --ema 0.99");
}

/// A search that found nothing but errors has failed.
void require_result(const SweepResults& results) {
  const auto failed = [](const auto& run) { return run.second.contains("error"); };
  if (!std::ranges::all_of(results, failed)) return;
  const auto& [run, result] = *results.begin();
  throw Error(ErrorKind::kFailed, fmt::format("no run has a result; run {}: {}", run,
                                              result.at("error").get<std::string>()));
}

void print_table(const std::vector<Group>& groups, const std::string& metric) {
  std::size_t width = 7;
  for (const Group& g : groups) width = std::max(width, g.options.size());
  fmt::print("{:{}}  {:>12}  deviation  runs\n", "options", width, metric);
  for (const Group& g : groups) {
    if (g.values.empty())
      fmt::print("{:{}}  {:>12}  {:>9}", g.options, width, "-", "-");
    else
      fmt::print("{:{}}  {:>12.4f}  {:>9.4f}", g.options, width, g.mean(), g.deviation());
    fmt::print("  {:>4}{}\n", g.values.size(),
               g.failed ? fmt::format(", {} without a result", g.failed) : "");
  }
}

void run_sweep(const Configuration& given, const SweepCommand& c) {
  const RunOptions& common = given.options;
  ignore_hangups();
  require(common.weights.empty(), "--weights: each network of a sweep draws its own from its seed");
  const std::vector<Overrides> overrides = runs_of(c, common.fit.seed);
  require_metric(c.metric, common, overrides);
  sweep_runs(given, overrides);  // refuses what is wrong before the folder is made
  Json options = options_document(common);
  options.erase("threads");  // changes no result
  SweepFolder folder(c.out, {{"lenet", LENET_VERSION}, {"options", options}, {"runs", overrides}});
  train_missing(given, overrides, folder);
  write_file(folder.path() / "sweep.csv", sweep_csv(folder.results()));
  if (const std::string svg = sweep_svg(folder.results()); !svg.empty()) {
    write_file(folder.path() / "sweep.svg", svg);
  }
  const std::vector<Group> groups = groups_of(folder.results(), c.metric);
  if (c.json) {
    fmt::print("{}", json_text({{"metric", c.metric}, {"table", table_document(groups)}}));
  } else {
    print_table(groups, c.metric);
  }
  require_result(folder.results());
}

}  // namespace

void add_sweep(const Command& app) {
  auto c = std::make_shared<SweepCommand>();
  const Command command = app.add_command(
      "sweep", "Train many networks, one a thread, over a grid or random values of options");
  declare(command, c->common);
  command.option("--grid", &c->grid,
                 "Values of an option: lr=0.05,0.1 or seed=0..9; again for another option");
  command.option("--random", &c->random,
                 "Values to draw from: lr=log:0.01..0.3, momentum=0.8..0.99 or a list");
  command.option("--trials", &c->trials, "Draws of --random").check(whole_number(1, 100'000));
  command.option("--metric", &c->metric, "What the table is sorted by")
      .check(one_of(sweep_figures()))
      .show_default();
  command.option("--out", &c->out, "Folder of the sweep; one that holds it already is gone on with")
      .check(given_path())
      .required();
  command.flag("--json", c->json, "Print one JSON document");
  command.runs([c, command] {
    run_sweep(configured(c->common.recipe, c->common.config, given_options(command)), *c);
  });
}

}  // namespace lenet::cli
