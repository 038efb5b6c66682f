#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "cli/commands.h"
#include "cli/options.h"
#include "cli/page_options.h"
#include "cli/run_display.h"
#include "lenet/run.h"
#include "run/configuration.h"
#include "run/resume.h"
#include "run/run_request.h"

namespace lenet::cli {
namespace {

struct TrainCommand {
  ConfiguredOptions run;
  std::string out, name, note;
  bool force = false, tensorboard = false;
  bool json = false;
  TerminalPlot plot = TerminalPlot::kAuto;
  PageArguments page;
  std::string checkpoint_every = "1epoch";
  bool stop_on_write_error = false;
  std::string resume;
  std::vector<std::string> allow_change;
};

void print_report(const Report& r, const Device& device) {
  const std::string_view metric = r.metric->name;
  fmt::print("loss {:.3f}, train {} {:.3f}, test {} {:.3f}", r.loss, metric, r.train_metric, metric,
             r.test_metric);
  if (r.holdout_metric) fmt::print(", holdout {} {:.3f}", metric, *r.holdout_metric);
  fmt::print("\n");
  if (r.examples == 0) return;  // of a run that was finished
  fmt::print("{:.1f} examples/sec on {}\n", r.examples_per_sec, to_string(device));
  fmt::print("{:.1f} examples/sec wall clock, loading and evaluation included ({:.1f} s)\n",
             static_cast<double>(r.examples) / r.wall_seconds, r.wall_seconds);
}

TrainedRun train(const Command& command, const TrainCommand& c, const RunSettings& settings) {
  const nlohmann::ordered_json given = given_options(command);
  if (!c.resume.empty()) return resume_run(c.resume, given, c.allow_change, settings);
  return train_run(configured(c.run.recipe, c.run.config, given), settings);
}

/// The same, and tells the page when it is over.
TrainedRun train_on(TrainPage& page, const Command& command, const TrainCommand& c,
                    const RunSettings& settings) {
  try {
    TrainedRun run = train(command, c, settings);
    page.end();
    return run;
  } catch (const Error& e) {
    page.end();
    if (e.kind() == ErrorKind::kDiverged) {  // which is what one wants to see
      say_note(e.what());
      page.linger();
    }
    throw;
  } catch (...) {
    page.end();
    throw;
  }
}

void run_command(const Command& command, const TrainCommand& c) {
  RunDisplay display(!c.json);
  RunSettings settings = display.settings();
  settings.out = c.out;
  settings.name = c.name;
  settings.remark = c.note;
  settings.force = c.force;
  settings.tensorboard = c.tensorboard;
  settings.plot = c.plot;
  settings.checkpoint_every = c.checkpoint_every;
  settings.stop_on_write_error = c.stop_on_write_error;
  TrainPage page(c.page);
  page.follow(settings);
  const TrainedRun run = train_on(page, command, c, settings);
  if (run.report.stopped) display.end_stopped(run.folder);
  if (c.json) {
    fmt::print("{}", run.result);
  } else {
    print_report(run.report, run.device);
  }
  page.linger();
}

void declare_checkpoints(const Command& command, TrainCommand& c) {
  command
      .option("--checkpoint-every", &c.checkpoint_every,
              "How often the run is saved so that it can go on: 1epoch, 200steps, 10min")
      .show_default();
  command
      .option("--on-write-error", value_of_word(kOnWriteError, &c.stop_on_write_error),
              "When a checkpoint cannot be written: continue or stop")
      .check(one_of(words_of(kOnWriteError)))
      .show_default();
  const Option resume =
      command
          .option("--resume", &c.resume,
                  "Go on with the run of this folder from its newest checkpoint, with its own "
                  "options")
          .check(given_path())
          .excludes({"--out", "--force", "--recipe", "--config", "--weights"});
  command
      .option("--allow-change", &c.allow_change,
              fmt::format("Options given beside --resume that may change its result, out of: {}",
                          fmt::join(changeable_options(), ", ")))
      .check(one_of(changeable_options()))
      .split_at_commas()
      .needs(resume);
}

}  // namespace

void add_train(const Command& app) {
  auto c = std::make_shared<TrainCommand>();
  const Command command =
      app.add_command("train", "Train a network, as D2L 6.6 does unless the options say otherwise");
  declare(command, c->run);
  command
      .option("--out", &c->out,
              "Folder of the run. Default: runs/<UTC time>-<model>, linked as runs/latest")
      .check(given_path());
  command.option("--name", &c->name, "What lenet runs and lenet plot call the run")
      .check(short_text(100));
  command.option("--note", &c->note, "What is to be remembered of the run, for lenet runs")
      .check(short_text(1000));
  command.flag("--force", c->force, "Take an --out that holds a run already");
  command.flag(
      "--tensorboard", c->tensorboard,
      "Write TensorBoard's events into the folder of the run too: tensorboard --logdir runs");
  add_plot_option(command, c->plot);
  add_page_options(command, c->page);
  command.flag("--json", c->json, "Print one JSON document");
  declare_checkpoints(command, *c);
  command.runs([c, command] { run_command(command, *c); });
}

}  // namespace lenet::cli
