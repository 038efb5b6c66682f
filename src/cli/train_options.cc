#include "cli/train_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/file.h"
#include "cli/recipes.h"
#include "lenet/error.h"

namespace lenet::cli {
namespace {

using Json = nlohmann::ordered_json;

/// The same name as an option and as a key: "batch-size" and "batch_size".
std::string with(char to, char from, std::string name) {
  std::ranges::replace(name, from, to);
  return name;
}

void declare_basics(CLI::App& command, TrainOptions& o) {
  add_data(command, o.common);
  command
      .add_option("--model", o.model,
                  "Preset (lenet, lenet-relu, lenet-bn, lenet5, best), text file, saved model (its "
                  "layers; for its weights, --weights) or the model text itself, as in \"Flatten "
                  "Linear(10)\"")
      ->capture_default_str();
  command.add_option("--epochs", o.epochs, "Passes over the training set")
      ->check(whole_number(1, kMostCount))
      ->capture_default_str();
  command.add_option("--batch-size", o.batch_size, "Examples a step")
      ->check(whole_number(1, kMostCount))
      ->capture_default_str();
  command.add_option("--lr", o.lr, "Learning rate; a schedule's full rate")
      ->check(positive_float())
      ->capture_default_str();
  command
      .add_option(
          "--seed", o.seed,
          "Seed of weights and shuffle, as torch.manual_seed, and of all else that is random")
      ->check(whole_number(0, std::numeric_limits<std::uint64_t>::max()))
      ->capture_default_str();
  add_threads(command, o.common);
  add_device(command, o.common);
  command
      .add_option("--weights", o.weights, "Start from the weights of this safetensors or ONNX file")
      ->check(given_path());
  command.add_flag("--shuffle,!--no-shuffle", o.shuffle,
                   "A new order of the examples every epoch (default), or the order of the file");
  command
      .add_option("--max-steps", o.max_steps,
                  "Stop after so many steps; --json then lists each step's loss")
      ->check(whole_number(1, kMostCount));
}

void number(CLI::App& command, const char* name, double& value, const char* help) {
  command.add_option(name, value, help)->check(finite_number())->capture_default_str();
}

void declare_optimizer(CLI::App& command, TrainOptions& o) {
  command.add_option("--optimizer", o.optimizer, "sgd, adam or adamw")
      ->check(one_of({"sgd", "adam", "adamw"}))
      ->capture_default_str();
  number(command, "--momentum", o.momentum, "SGD's momentum");
  number(command, "--dampening", o.dampening, "SGD's dampening of the momentum");
  command.add_flag("--nesterov,!--no-nesterov", o.nesterov, "SGD with Nesterov's momentum");
  number(command, "--weight-decay", o.weight_decay, "L2 penalty; AdamW's decoupled decay");
  command.add_option("--betas", o.betas, "Adam's two decays")
      ->check(finite_number())
      ->expected(2)
      ->delimiter(',')
      ->capture_default_str();
  number(command, "--eps", o.eps, "Adam's eps");
  number(command, "--clip-norm", o.clip_norm, "Largest norm of the gradient; 0: any");
  number(command, "--ema", o.ema, "Decay of averaged weights, kept beside the others; 0: none");
}

void declare_schedule(CLI::App& command, TrainOptions& o) {
  command.add_option("--schedule", o.schedule, "constant, step, cosine or onecycle")
      ->check(one_of({"constant", "step", "cosine", "onecycle"}))
      ->capture_default_str();
  number(command, "--warmup", o.warmup, "Epochs of linear rise before the schedule");
  number(command, "--step-epochs", o.step_epochs, "step: epochs between two factors");
  number(command, "--gamma", o.gamma, "step: the factor");
  number(command, "--min-lr", o.min_lr, "cosine: the last rate");
  number(command, "--pct-start", o.pct_start, "onecycle: share of the steps that rise");
  number(command, "--div-factor", o.div_factor, "onecycle: full rate over first rate");
  number(command, "--final-div-factor", o.final_div_factor, "onecycle: first rate over last");
  command.add_option("--anneal", o.anneal, "onecycle: cos or linear")
      ->check(one_of({"cos", "linear"}))
      ->capture_default_str();
}

void declare_data_options(CLI::App& command, TrainOptions& o) {
  number(command, "--label-smoothing", o.label_smoothing,
         "Share of the target spread over all classes");
  command
      .add_option("--augment", o.augment,
                  "Random changes of training images: flip,shift=1,erase=0.1,rotate=5,scale=0.1")
      ->capture_default_str();
  command.add_flag("--normalize,!--no-normalize", o.normalize,
                   "Standardise pixels by mean and deviation of the training images");
  number(command, "--holdout", o.holdout, "Share of the training images to set aside, by classes");
  command.add_flag("--keep-best,!--no-keep-best", o.keep_best,
                   "End with the weights that were best on the images set aside");
  command
      .add_option(
          "--patience", o.patience,
          "Stop after so many epochs without a better one on the images set aside; 0: never")
      ->check(whole_number(0, kMostCount))
      ->capture_default_str();
}

/// A JSON value as an argument.
std::string argument_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_array()) return value.dump();
  std::string text;
  for (const Json& element : value) text += (text.empty() ? "" : ",") + argument_text(element);
  return text;
}

/// What run.json says beside the options, and options that are the default there.
bool only_informs(const std::string& key, const Json& value) {
  static const std::vector<std::string> names = {"lenet", "started", "images",  "input_shape",
                                                 "simd",  "result",  "diverged"};
  const bool usual =
      (key == "weights" && value == "") || (key == "data" && value == "fashion-mnist");
  return usual || std::ranges::find(names, key) != names.end();
}

}  // namespace

void declare(CLI::App& command, TrainOptions& options) {
  declare_basics(command, options);
  declare_optimizer(command, options);
  declare_schedule(command, options);
  declare_data_options(command, options);
}

void declare(CLI::App& command, LayeredOptions& options) {
  declare(command, options.given);
  command.add_option("--recipe", options.recipe, "Options to start from: chapter, fast or best")
      ->check(one_of(recipe_names()));
  command
      .add_option("--config", options.config,
                  "JSON file of options, such as the run.json of a run; those given here win")
      ->check(given_path());
}

TrainOptions layered(const CLI::App& command, const LayeredOptions& options) {
  TrainOptions o;
  if (!options.recipe.empty()) read_options(recipe(options.recipe), "recipe " + options.recipe, o);
  if (!options.config.empty()) read_options(read_config(options.config), options.config, o);
  read_options(given_options(command), "command line", o);
  return o;
}

FitOptions fit_options(const TrainOptions& o) {
  FitOptions fit;
  fit.epochs = o.epochs;
  fit.batch_size = o.batch_size;
  fit.lr = o.lr;
  fit.seed = o.seed;
  fit.threads = o.common.threads;
  fit.shuffle = o.shuffle;
  fit.max_steps = o.max_steps.value_or(fit.max_steps);
  using Kind = Optimizer::Kind;
  fit.optimizer = {.kind = o.optimizer == "sgd"    ? Kind::kSgd
                           : o.optimizer == "adam" ? Kind::kAdam
                                                   : Kind::kAdamW,
                   .weight_decay = o.weight_decay,
                   .momentum = o.momentum,
                   .dampening = o.dampening,
                   .nesterov = o.nesterov,
                   .beta1 = o.betas.at(0),
                   .beta2 = o.betas.at(1),
                   .eps = o.eps};
  using Shape = Schedule::Kind;
  fit.schedule = {
      .kind = o.schedule == "constant" ? Shape::kConstant
              : o.schedule == "step"   ? Shape::kStep
              : o.schedule == "cosine" ? Shape::kCosine
                                       : Shape::kOneCycle,
      .warmup = o.warmup,
      .step_epochs = o.step_epochs,
      .gamma = o.gamma,
      .min_lr = o.min_lr,
      .pct_start = o.pct_start,
      .div_factor = o.div_factor,
      .final_div_factor = o.final_div_factor,
      .anneal = o.anneal == "cos" ? Schedule::Anneal::kCosine : Schedule::Anneal::kLinear};
  fit.label_smoothing = o.label_smoothing;
  fit.clip_norm = o.clip_norm;
  fit.ema_decay = o.ema;
  fit.augmentation = parse_augmentation(o.augment);
  fit.normalize = o.normalize;
  fit.holdout = o.holdout;
  fit.keep_best = o.keep_best;
  fit.patience = o.patience;
  return fit;
}

Json options_document(const TrainOptions& o) {
  Json document = {{"data", o.common.data},
                   {"model", o.model},
                   {"weights", o.weights},
                   {"epochs", o.epochs},
                   {"batch_size", o.batch_size},
                   {"lr", o.lr},
                   {"seed", o.seed},
                   {"shuffle", o.shuffle},
                   {"threads", o.common.threads},
                   {"device", o.common.device},
                   {"optimizer", o.optimizer},
                   {"momentum", o.momentum},
                   {"dampening", o.dampening},
                   {"nesterov", o.nesterov},
                   {"weight_decay", o.weight_decay},
                   {"betas", o.betas},
                   {"eps", o.eps},
                   {"clip_norm", o.clip_norm},
                   {"ema", o.ema},
                   {"schedule", o.schedule},
                   {"warmup", o.warmup},
                   {"step_epochs", o.step_epochs},
                   {"gamma", o.gamma},
                   {"min_lr", o.min_lr},
                   {"pct_start", o.pct_start},
                   {"div_factor", o.div_factor},
                   {"final_div_factor", o.final_div_factor},
                   {"anneal", o.anneal},
                   {"label_smoothing", o.label_smoothing},
                   {"augment", o.augment},
                   {"normalize", o.normalize},
                   {"holdout", o.holdout},
                   {"keep_best", o.keep_best},
                   {"patience", o.patience}};
  if (o.max_steps) document["max_steps"] = *o.max_steps;
  if (!o.common.size.empty()) document["size"] = o.common.size;
  if (o.common.test_split != 0) document["test_split"] = o.common.test_split;
  return document;
}

void read_options(const Json& document, const std::string& where, TrainOptions& options) {
  std::vector<std::string> arguments;
  for (const auto& [key, value] : document.items()) {
    if (key == "threads" && value == 0) continue;  // all CPUs, which no number says
    const std::string name = "--" + with('-', '_', key), text = argument_text(value);
    if (text.empty()) {  // "--name=" would take what follows for its value
      arguments.insert(arguments.end(), {name, text});
    } else {
      arguments.push_back(name + "=" + text);
    }
  }
  std::ranges::reverse(arguments);  // as CLI11 takes them
  CLI::App app;
  app.set_help_flag();
  declare(app, options);
  try {
    app.parse(arguments);
  } catch (const CLI::ExtrasError&) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{}: {}: no such option, see lenet train --help", where,
                            app.remaining().empty() ? "" : app.remaining()[0]));
  } catch (const CLI::ParseError& e) {
    throw Error(ErrorKind::kUsage, fmt::format("{}: {}", where, e.what()));
  }
}

Json run_options(const Json& run) {
  Json options = Json::object();
  for (const auto& [key, value] : run.items()) {
    if (!only_informs(key, value)) options[key] = value;
  }
  return options;
}

Json read_config(const std::string& path) {
  constexpr std::int64_t kMostBytes = 64 * 1024 * 1024;  // the run.json of many epochs
  const Json document = Json::parse(read_file(path, kMostBytes), nullptr, false);
  if (!document.is_object()) {
    throw Error(ErrorKind::kBadInput, fmt::format("{}: want a JSON object of options", path));
  }
  return document.contains("lenet") ? run_options(document) : document;
}

Json given_options(const CLI::App& command) {
  TrainOptions ignored;
  CLI::App known;
  declare(known, ignored);
  Json given = Json::object();
  for (const CLI::Option* option : command.get_options()) {
    const std::string name = option->get_single_name();
    if (option->count() == 0 || !known.get_option_no_throw("--" + name) || name == "help") continue;
    Json values = Json::array();
    for (const std::string& value : option->results()) values.push_back(value);
    given[with('_', '-', name)] = values;
  }
  return given;
}

}  // namespace lenet::cli
