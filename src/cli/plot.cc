#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/require.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/say.h"
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
    RunHistory run = read_run(path);
    if (run.state != RunState::kDamaged) {
      runs.push_back(std::move(run));
    } else if (path == folder) {
      throw_damaged(run);
    } else {
      say_note(printable(fmt::format("{} is left out: {}", path.string(), run.why)));
    }
  }
}

void run_command(const PlotCommand& c) {
  if (!c.out.empty()) require_output("--out", c.out, {".svg"}, {});
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
    if (figure.empty()) figure = usual_metric(results);
    require(figure == usual_metric(results),
            fmt::format("{}: keeps {} of each epoch alone, and {} is to be drawn", named,
                        usual_metric(results), figure));
    for (CurveGroup& group : sweep_curves(results)) {
      if (c.folders.size() > 1 || group.label.empty()) {
        group.label = name_of_folder(folder) + (group.label.empty() ? "" : " ") + group.label;
      }
      groups.push_back(std::move(group));
    }
  }
  if (figure.empty()) figure = usual_figure(runs);
  if (!runs.empty()) {
    for (CurveGroup& group : curve_groups(runs, figure)) groups.push_back(std::move(group));
  }
  require(!groups.empty(), "no run has a point yet");
  const Animator animator = compare_figure(groups, figure);
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
