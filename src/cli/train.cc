#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/checkpoints.h"
#include "cli/commands.h"
#include "cli/model_argument.h"
#include "cli/options.h"
#include "cli/resume.h"
#include "cli/run_folder.h"
#include "cli/say.h"
#include "cli/signals.h"
#include "cli/train_options.h"
#include "lenet/animator.h"
#include "lenet/device.h"
#include "lenet/error.h"
#include "lenet/fit.h"
#include "lenet/model_file.h"
#include "lenet/simd.h"
#include "lenet/timer.h"
#include "plot/live.h"

namespace lenet::cli {
namespace {

using Json = nlohmann::ordered_json;

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

/// Builds the network with its initial weights, drawn as PyTorch and the chapter draw them.
void draw_weights(const Shape& images, Generator& generator, Sequential& net) {
  net.build(images, generator);
  xavier_uniform(net, generator);
}

/// A path as it can be found from anywhere; empty if there is none.
std::string absolute(const std::string& path) {
  return path.empty() ? "" : std::filesystem::absolute(path).string();
}

/// The folder that the data comes from, or "fashion-mnist".
std::string data_name(const TrainOptions& o) {
  if (!o.common.data.empty()) return absolute(o.common.data);
  const char* folder = std::getenv("LENET_DATA");
  return folder && *folder ? absolute(folder) : "fashion-mnist";
}

/// What repeats the run: every option, the model's text, and what it ran on.
Json run_document(const TrainOptions& o, const Sequential& net, const Dataset& train) {
  Json run = {{"lenet", LENET_VERSION},
              {"started", utc_now()},
              {"images", train.size()},
              {"input_shape", to_string(net.input_shape())},
              {"simd", simd_target()}};
  run.update(options_document(o));
  run["data"] = data_name(o);
  run["model"] = net.text();
  run["weights"] = absolute(o.weights);
  return run;
}

Json epoch_document(const EpochReport& e) {
  Json epoch = {{"epoch", e.epoch},
                {"loss", e.train_loss},
                {"train_acc", e.train_acc},
                {"test_acc", e.test_acc}};
  if (e.holdout_acc) epoch["holdout_acc"] = *e.holdout_acc;
  if (e.averaged_acc) epoch["averaged_acc"] = *e.averaged_acc;
  return epoch;
}

Json result_document(const Report& report, const TrainOptions& o, const Device& device,
                     const RunFolder& folder) {
  Json epochs = Json::array();
  for (const EpochReport& e : report.epochs) epochs.push_back(epoch_document(e));
  Json result = {{"loss", report.loss},
                 {"train_acc", report.train_acc},
                 {"test_acc", report.test_acc},
                 {"examples_per_sec", report.examples_per_sec},
                 {"wall_seconds", report.wall_seconds},
                 {"device", to_string(device)},
                 {"threads", report.threads},
                 {"simd", simd_target()},
                 {"seed", o.seed},
                 {"out", folder.path().string()},
                 {"epochs", epochs}};
  if (report.best_epoch != std::ssize(report.epochs)) result["best_epoch"] = report.best_epoch;
  if (report.averages) result["averaged_acc"] = *report.epochs.back().averaged_acc;
  if (o.max_steps) result["step_losses"] = report.step_losses;
  return result;
}

void add_point(const FitPoint& p, Animator& animator) {
  animator.add(p.epoch, {p.train_loss, p.train_acc, p.test_acc});
}

/// Hands the events of a run to the display, the plot and the folder.
void connect(FitOptions& fit, LiveDisplay& display, Animator& animator, RunFolder& folder) {
  auto timer = std::make_shared<Timer>();
  auto rate = std::make_shared<double>(0);
  const std::int64_t epochs = fit.epochs, most = fit.max_steps;
  fit.on_step = [&display, timer, rate, epochs, most](const StepEvent& e) {
    const double done = static_cast<double>((e.epoch - 1) * e.steps + e.step);
    const double all = static_cast<double>(std::min(epochs * e.steps, most));
    *rate = e.examples_per_sec;
    display.step({.epoch = e.epoch,
                  .epochs = epochs,
                  .step = e.step,
                  .steps = e.steps,
                  .images_per_second = e.examples_per_sec,
                  .loss = e.train_loss,
                  .accuracy = e.train_acc,
                  .seconds_left = timer->elapsed() * (all - done) / done});
  };
  fit.on_point = [&animator, &folder](const FitPoint& p) {
    add_point(p, animator);
    folder.add_point(p);
  };
  fit.on_epoch = [&display, rate, epochs](const EpochReport& e) {
    display.epoch({.epoch = e.epoch,
                   .epochs = epochs,
                   .loss = e.train_loss,
                   .train_accuracy = e.train_acc,
                   .test_accuracy = e.test_acc,
                   .images_per_second = *rate});
  };
}

void print_report(const Report& r, const Device& device) {
  fmt::print("loss {:.3f}, train acc {:.3f}, test acc {:.3f}\n", r.loss, r.train_acc, r.test_acc);
  fmt::print("{:.1f} examples/sec on {}\n", r.examples_per_sec, to_string(device));
  fmt::print("{:.1f} examples/sec wall clock, loading and evaluation included ({:.1f} s)\n",
             static_cast<double>(r.examples) / r.wall_seconds, r.wall_seconds);
}

/// Writes the averaged weights beside the others.
void save_averages(Averages& averages, const RunFolder& folder, Sequential& net,
                   const std::vector<std::string>& class_names) {
  const auto exchange = [&] {
    std::ranges::swap_ranges(net.parameters(), averages.parameters);
    std::ranges::swap_ranges(net.buffers(), averages.buffers);
  };
  exchange();
  save_model(folder.averages_file(), net, class_names);
  exchange();
}

/// What shows a run while it goes, and what it leaves.
struct Figures {
  explicit Figures(std::int64_t epochs)
      : animator(options(epochs)),
        display(stderr, animator,
                {.in_place = stderr_is_terminal(), .color = stderr_wants_color()}) {}

  static AnimatorOptions options(std::int64_t epochs) {
    AnimatorOptions figure;
    figure.xlim = AxisLimits{1, static_cast<double>(epochs)};
    return figure;
  }

  Animator animator;
  LiveDisplay display;
};

[[noreturn]] void end_stopped(const RunFolder& folder) {
  const int signal = SignalRequests::stop();
  say(stderr, "stopped by {}; to go on: lenet train --resume {}\n",
      signal == SIGINT ? "SIGINT" : "SIGTERM", folder.path().string());
  throw Stopped{signal};
}

/// Trains, or goes on with a run that was stopped.
void run_train(const TrainOptions& o, const TrainCommand& c, const Resumption* from) {
  Timer wall;
  ignore_hangups();
  const Device device = parse_device(o.common.device);
  const CheckpointInterval every = parse_interval(c.checkpoint_every);
  NamedNetwork network = parse_model_argument(o.model);
  const auto [train, test] = load_data(o.common);
  Generator generator(o.seed);
  draw_weights(train.image_shape(), generator, network.net);
  if (!from && !o.weights.empty()) read_weights(o.weights, network.net);
  FitOptions fit = fit_options(o);
  check_fit(network.net, train, test, fit);
  const RunFolder::Options where = {.out = from ? c.resume : c.out,
                                    .model = network.name,
                                    .force = c.force,
                                    .stop_on_write_error = c.on_write_error == "stop"};
  RunFolder folder = from ? RunFolder(where, from->state.report.points) : RunFolder(where);
  Json run = run_document(o, network.net, train);
  if (from) run["started"] = from->run.value("started", run["started"]);
  folder.write_run(run);

  Figures figures(o.epochs);
  if (from) {
    for (const FitPoint& p : from->state.report.points) add_point(p, figures.animator);
  }
  connect(fit, figures.display, figures.animator, folder);
  Checkpoints checkpoints(folder, {.every = every, .run = json_text(run)});
  fit.on_pause = [&](const Pause& pause) { return checkpoints.pause(pause); };
  if (!c.json) {
    say(stdout, "training on {}\n", to_string(device));
  }
  const auto save = [&] {
    figures.display.finish();
    folder.finish_metrics();
    save_model(folder.model_file(), network.net, train.class_names());
    folder.write_curves(figures.animator);
    say(stderr, "written to {}\n", folder.path().string());
  };
  const SignalRequests signals;
  Report report;
  try {
    report = from ? resume(network.net, train, test, fit, from->state)
                  : lenet::fit(network.net, train, test, fit, generator);
  } catch (const Error& e) {
    if (e.kind() == ErrorKind::kDiverged) {
      save();
      run["diverged"] = e.what();
      folder.write_run(run);
    }
    throw;
  }
  save();
  if (report.stopped) end_stopped(folder);
  if (report.averages) save_averages(*report.averages, folder, network.net, train.class_names());
  report.wall_seconds = wall.stop() + (from ? from->state.report.wall_seconds : 0);
  const Json result = result_document(report, o, device, folder);
  run["result"] = result;
  folder.write_run(run);
  if (c.json) {
    fmt::print("{}", json_text(result));
  } else {
    print_report(report, device);
  }
}

void run_command(const CLI::App& command, const TrainCommand& c) {
  if (c.resume.empty()) return run_train(layered(command, c.run), c, nullptr);
  const Resumption resumption = read_resumption(c.resume, command, c.allow_change);
  run_train(resumption.options, c, &resumption);
}

void declare_checkpoints(CLI::App& command, TrainCommand& c) {
  command
      .add_option("--checkpoint-every", c.checkpoint_every,
                  "How often the run is saved so that it can go on: 1epoch, 200steps, 10min")
      ->capture_default_str();
  command
      .add_option("--on-write-error", c.on_write_error,
                  "When a checkpoint cannot be written: continue or stop")
      ->check(one_of({"continue", "stop"}))
      ->capture_default_str();
  CLI::Option* resume =
      command
          .add_option("--resume", c.resume,
                      "Go on with the run of this folder from its newest checkpoint, with its own "
                      "options")
          ->check(given_path())
          ->excludes("--out", "--force", "--recipe", "--config", "--weights");
  command
      .add_option("--allow-change", c.allow_change,
                  "Options given beside --resume that may change its result: epochs,lr")
      ->delimiter(',')
      ->needs(resume);
}

}  // namespace

void add_train(CLI::App& app) {
  auto c = std::make_shared<TrainCommand>();
  CLI::App* command = app.add_subcommand(
      "train", "Train a network, as D2L 6.6 does unless the options say otherwise");
  declare(*command, c->run);
  command
      ->add_option("--out", c->out,
                   "Folder of the run. Default: runs/<UTC time>-<model>, linked as runs/latest")
      ->check(given_path());
  command->add_flag("--force", c->force, "Take an --out that holds a run already");
  command->add_flag("--json", c->json, "Print one JSON document");
  declare_checkpoints(*command, *c);
  command->callback([c, command] { run_command(*command, *c); });
}

}  // namespace lenet::cli
