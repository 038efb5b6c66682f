#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "cli/commands.h"
#include "cli/options.h"
#include "cli/resume.h"
#include "cli/start_network.h"
#include "cli/train_config.h"
#include "cli/training_run.h"
#include "cli/unread_options.h"
#include "run/json_document.h"
#include "run/option_words.h"
#include "run/run_folder.h"

namespace lenet::cli {
namespace {

/// What the command itself takes beside the options of the run.
struct TrainCommand {
  LayeredOptions run;
  std::string out;
  bool force = false;
  bool json = false;
  std::string checkpoint_every = "1epoch";
  std::string on_write_error = "continue";
  std::string resume;
  std::vector<std::string> allow_change;
};

void print_report(const Report& r, const Device& device) {
  fmt::print("loss {:.3f}, train acc {:.3f}, test acc {:.3f}", r.loss, r.train_acc, r.test_acc);
  if (r.holdout_acc) fmt::print(", holdout acc {:.3f}", *r.holdout_acc);
  fmt::print("\n");
  if (r.examples == 0) return;  // of a run that was finished
  fmt::print("{:.1f} examples/sec on {}\n", r.examples_per_sec, to_string(device));
  fmt::print("{:.1f} examples/sec wall clock, loading and evaluation included ({:.1f} s)\n",
             static_cast<double>(r.examples) / r.wall_seconds, r.wall_seconds);
}

void run_command(const Command& command, const TrainCommand& c) {
  RunRequest request;
  request.out = c.out;
  request.force = c.force;
  request.checkpoint_every = c.checkpoint_every;
  request.stop_on_write_error = meaning_of(kOnWriteError, c.on_write_error);
  request.announce = !c.json;
  std::optional<Resumption> resumption;
  if (c.resume.empty()) {
    const LayeredResult run = layered(command, c.run);
    require_read(run.given, run.options);
    if (run.given.contains("normalize") && !run.options.normalize) {
      require_no_normalization(run.options);
    }
    request.options = run.options;
  } else {
    request.out = folder_of_run(c.resume);
    resumption = read_resumption(request.out, command, c.allow_change);
    request.options = resumption->options;
    request.from = &*resumption;
    request.record = &resumption->run;
    request.other_data = std::ranges::find(c.allow_change, "data") != c.allow_change.end();
  }
  const RunOutcome outcome = train_run(request);
  if (c.json) {
    fmt::print("{}", json_text(outcome.result));
  } else {
    print_report(outcome.report, outcome.device);
  }
}

void declare_checkpoints(const Command& command, TrainCommand& c) {
  command
      .option("--checkpoint-every", &c.checkpoint_every,
              "How often the run is saved so that it can go on: 1epoch, 200steps, 10min")
      .show_default();
  command
      .option("--on-write-error", &c.on_write_error,
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
  command.flag("--force", c->force, "Take an --out that holds a run already");
  command.flag("--json", c->json, "Print one JSON document");
  declare_checkpoints(command, *c);
  command.runs([c, command] { run_command(command, *c); });
}

}  // namespace lenet::cli
