#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/plural.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/run_display.h"
#include "cli/say.h"
#include "lenet/error.h"
#include "run/json_document.h"
#include "run/sweep_runs.h"

namespace lenet::cli {
namespace {

struct SweepCommand {
  ConfiguredOptions common;
  SweepRequest request;
  std::string out;
  bool json = false;
};

/// What has ended is in the folder.
[[noreturn]] void end_stopped(const SweepEnd& end) {
  const int signal = SignalRequests::stop();
  say(stderr, "stopped by {} after {} of {}; to go on: the same command\n", signal_name(signal),
      end.ended, counted(end.runs, "run"));
  throw Stopped{signal};
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

void run(const Command& command, const SweepCommand& c) {
  SweepRequest request = c.request;
  request.out = c.out;
  request.common = configured(c.common.recipe, c.common.config, given_options(command));
  RunDisplay display(false);
  const SweepEnd end = run_sweep(request, display.settings());
  if (end.stopped) end_stopped(end);
  if (request.metric.empty()) request.metric = usual_metric(end.results);
  const std::vector<Group> groups = groups_of(end.results, request.metric);
  if (c.json) {
    fmt::print("{}", json_text({{"metric", request.metric}, {"table", table_document(groups)}}));
  } else {
    print_table(groups, request.metric);
  }
  require_result(end.results);
}

}  // namespace

void add_sweep(const Command& app) {
  auto c = std::make_shared<SweepCommand>();
  const Command command = app.add_command(
      "sweep", "Train many networks, one a thread, over a grid or random values of options");
  declare(command, c->common);
  command.option("--grid", &c->request.grid,
                 "Values of an option: lr=0.05,0.1 or seed=0..9; again for another option");
  command.option("--random", &c->request.random,
                 "Values to draw from: lr=log:0.01..0.3, momentum=0.8..0.99 or a list");
  command.option("--trials", &c->request.trials, "Draws of --random")
      .check(whole_number(1, 100'000));
  command
      .option(
          "--metric", &c->request.metric,
          "What the table is sorted by. Default: test_acc, or test_mae and the like by the loss")
      .check(one_of(sweep_figures()));
  command.option("--out", &c->out, "Folder of the sweep; one that holds it already is gone on with")
      .check(given_path())
      .required();
  command.flag("--json", c->json, "Print one JSON document");
  command.runs([c, command] { run(command, *c); });
}

}  // namespace lenet::cli
