#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/require.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "lenet/error.h"
#include "plot/live.h"
#include "run/compare.h"
#include "run/out_folder.h"
#include "run/run_folder.h"
#include "run/run_history.h"
#include "run/sweep_folder.h"
#include "run/sweep_table.h"

namespace lenet::cli {
namespace {

namespace fs = std::filesystem;

struct PlotCommand {
  std::vector<std::string> folders;
  std::string figure, out;
};

/// All runs that an argument names: a run's folder, or all in a folder.
void add_runs_of(const fs::path& folder, std::vector<RunHistory>& runs) {
  const std::vector<fs::path> found = find_runs(folder);
  require(!found.empty(), fmt::format("{}: no run and no sweep in this folder", folder.string()));
  for (const fs::path& path : found) {
    runs.push_back(read_run(path));
    if (runs.back().state != RunState::kDamaged) continue;
    throw Error(ErrorKind::kBadInput, fmt::format("{}: {}", path.string(), runs.back().why));
  }
}

void run_command(const PlotCommand& c) {
  std::vector<RunHistory> runs;
  std::vector<CurveGroup> groups;
  std::string figure = c.figure;
  for (const std::string& named : c.folders) {
    const fs::path folder = folder_of_run(named);
    if (!holds_sweep(folder)) {
      add_runs_of(folder, runs);
      continue;
    }
    const SweepResults results = read_sweep(folder);
    require(c.figure.empty() || c.figure == usual_metric(results),
            fmt::format("--figure {}: sweep {} keeps {} of each epoch alone", c.figure, named,
                        usual_metric(results)));
    if (figure.empty()) figure = usual_metric(results);
    for (CurveGroup& group : sweep_curves(results)) groups.push_back(std::move(group));
  }
  if (figure.empty()) figure = usual_figure(runs);
  if (!runs.empty()) {
    for (CurveGroup& group : curve_groups(runs, figure)) groups.push_back(std::move(group));
  }
  require(!groups.empty(), "no run has a point yet");
  std::string label = figure;
  std::ranges::replace(label, '_', ' ');
  const Animator animator = compare_figure(groups, label);
  if (!c.out.empty()) return write_file(c.out, animator.svg());
  const LiveOptions terminal = live_options(stdout);
  const int columns = std::max(40, std::min(terminal_columns(stdout) - 1, 120));
  fmt::print("{}", animator.terminal({.columns = columns,
                                      .rows = columns / 4,
                                      .color = terminal.color,
                                      .glyphs = *terminal.glyphs}));
}

}  // namespace

void add_plot(const Command& app) {
  auto c = std::make_shared<PlotCommand>();
  const Command command = app.add_command(
      "plot", "Curves of runs over each other; of those that differ by the seed mean and band");
  command.option("RUNS", &c->folders, "Folders of runs, of sweeps, or of folders of runs")
      .required();
  command
      .option("--figure", &c->figure,
              "What is drawn. Default: the test set's metric, test_acc or what the loss has")
      .check(one_of(compared_figures()));
  command.option("-o,--out", &c->out, "Write an SVG in place of showing them").check(given_path());
  command.runs([c] { run_command(*c); });
}

}  // namespace lenet::cli
