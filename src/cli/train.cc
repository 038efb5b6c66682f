#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/commands.h"
#include "cli/model_argument.h"
#include "cli/options.h"
#include "cli/run_folder.h"
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

struct TrainOptions {
  CommonOptions common;
  std::string model = "lenet";
  std::string weights;
  std::string out;
  std::int64_t epochs = 10;
  std::int64_t batch_size = 256;
  double lr = 0.9;
  std::uint64_t seed = 0;
  bool no_shuffle = false;
  bool force = false;
  std::optional<std::int64_t> max_steps;
};

FitOptions fit_options(const TrainOptions& o) {
  FitOptions fit;
  fit.epochs = o.epochs;
  fit.batch_size = o.batch_size;
  fit.lr = o.lr;
  fit.seed = o.seed;
  fit.threads = o.common.threads;
  fit.shuffle = !o.no_shuffle;
  fit.max_steps = o.max_steps.value_or(fit.max_steps);
  return fit;
}

/// Builds the network with its initial weights, drawn as PyTorch and the chapter draw them.
void draw_weights(const TrainOptions& o, const Shape& images, Generator& generator,
                  Sequential& net) {
  net.build(images, generator);
  xavier_uniform(net, generator);
  if (!o.weights.empty()) load_weights(o.weights, net);
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
              {"data", data_name(o)},
              {"images", train.size()},
              {"model", net.text()},
              {"input_shape", to_string(net.input_shape())},
              {"weights", absolute(o.weights)},
              {"epochs", o.epochs},
              {"batch_size", o.batch_size},
              {"lr", o.lr},
              {"seed", o.seed},
              {"shuffle", !o.no_shuffle},
              {"threads", o.common.threads},
              {"device", o.common.device},
              {"simd", simd_target()}};
  if (o.max_steps) run["max_steps"] = *o.max_steps;
  return run;
}

Json result_document(const Report& report, const TrainOptions& o, const Device& device,
                     const RunFolder& folder) {
  Json epochs = Json::array();
  for (const EpochReport& e : report.epochs) {
    epochs.push_back({{"epoch", e.epoch},
                      {"loss", e.train_loss},
                      {"train_acc", e.train_acc},
                      {"test_acc", e.test_acc}});
  }
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
  if (o.max_steps) result["step_losses"] = report.step_losses;
  return result;
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
    animator.add(p.epoch, {p.train_loss, p.train_acc, p.test_acc});
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

void run_train(const TrainOptions& o) {
  Timer wall;
  const Device device = parse_device(o.common.device);
  NamedNetwork network = parse_model_argument(o.model);
  const auto [train, test] = load_data(o.common);
  Generator generator(o.seed);
  draw_weights(o, train.image_shape(), generator, network.net);
  FitOptions fit = fit_options(o);
  check_fit(network.net, train, test, fit);
  RunFolder folder({.out = o.out, .model = network.name, .force = o.force});
  Json run = run_document(o, network.net, train);
  folder.write_run(run);

  AnimatorOptions figure;
  figure.xlim = AxisLimits{1, static_cast<double>(o.epochs)};
  Animator animator(figure);
  LiveDisplay display(stderr, animator,
                      {.in_place = stderr_is_terminal(), .color = stderr_wants_color()});
  connect(fit, display, animator, folder);
  if (!o.common.json) {
    fmt::print("training on {}\n", to_string(device));
    std::fflush(stdout);
  }
  const auto save = [&] {
    display.finish();
    save_model(folder.model_file(), network.net, train.class_names());
    folder.write_curves(animator);
    fmt::print(stderr, "written to {}\n", folder.path().string());
  };
  Report report;
  try {
    report = lenet::fit(network.net, train, test, fit, generator);
  } catch (const Error& e) {
    if (e.kind() == ErrorKind::kDiverged) {
      save();
      run["diverged"] = e.what();
      folder.write_run(run);
    }
    throw;
  }
  save();
  report.wall_seconds = wall.stop();
  const Json result = result_document(report, o, device, folder);
  run["result"] = result;
  folder.write_run(run);
  if (o.common.json) {
    fmt::print("{}", json_text(result));
  } else {
    print_report(report, device);
  }
}

}  // namespace

void add_train(CLI::App& app) {
  auto o = std::make_shared<TrainOptions>();
  CLI::App* command = app.add_subcommand(
      "train", "Train a network as D2L 6.6 does: SGD, mean cross-entropy, Xavier weights");
  add_data(*command, o->common);
  command
      ->add_option(
          "--model", o->model,
          "Preset (lenet), text file, saved model (its layers; for its weights, --weights) "
          "or the model text itself, as in \"Flatten Linear(10)\"")
      ->capture_default_str();
  command->add_option("--epochs", o->epochs, "Passes over the training set")
      ->check(whole_number(1, kMostCount))
      ->capture_default_str();
  command->add_option("--batch-size", o->batch_size, "Examples a step")
      ->check(whole_number(1, kMostCount))
      ->capture_default_str();
  command->add_option("--lr", o->lr, "Learning rate")
      ->check(positive_float())
      ->capture_default_str();
  command->add_option("--seed", o->seed, "Seed of weights and shuffle, as torch.manual_seed")
      ->check(whole_number(0, std::numeric_limits<std::uint64_t>::max()))
      ->capture_default_str();
  add_threads(*command, o->common);
  add_device(*command, o->common);
  command->add_option("--weights", o->weights, "Start from the weights of this safetensors file")
      ->check(given_path());
  command->add_flag("--no-shuffle", o->no_shuffle, "Take the examples in the order of the file");
  command
      ->add_option("--max-steps", o->max_steps,
                   "Stop after so many steps; --json then lists each step's loss")
      ->check(whole_number(1, kMostCount));
  command
      ->add_option("--out", o->out,
                   "Folder of the run. Default: runs/<UTC time>-<model>, linked as runs/latest")
      ->check(given_path());
  command->add_flag("--force", o->force, "Take an --out that holds a run already");
  add_json(*command, o->common);
  command->callback([o] { run_train(*o); });
}

}  // namespace lenet::cli
