// The options of a training run, by which it can be repeated: from the command line, a
// configuration file, a recipe or a sweep.
#pragma once

#include <CLI/App.hpp>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/options.h"
#include "lenet/fit.h"

namespace lenet::cli {

struct TrainOptions {
  CommonOptions common;
  std::string model = "lenet";
  std::string weights;
  std::int64_t epochs = 10;
  std::int64_t batch_size = 256;
  double lr = 0.9;
  std::uint64_t seed = 0;
  bool shuffle = true;
  std::optional<std::int64_t> max_steps;

  std::string optimizer = "sgd";
  double momentum = 0, dampening = 0;
  bool nesterov = false;
  double weight_decay = 0;
  std::vector<double> betas = {0.9, 0.999};
  double eps = 1e-8;

  std::string schedule = "constant", anneal = "cos";
  double warmup = 0, step_epochs = 1, gamma = 0.1, min_lr = 0;
  double pct_start = 0.3, div_factor = 25, final_div_factor = 1e4;

  double label_smoothing = 0, clip_norm = 0, ema = 0;
  std::string augment = "none";
  bool normalize = false;
  double holdout = 0;
  bool keep_best = false;
  std::int64_t patience = 0;
};

/// Declares them all on a command.
void declare(CLI::App& command, TrainOptions& options);

/// Options that start from a recipe and a configuration file.
struct LayeredOptions {
  TrainOptions given;  ///< on the command line
  std::string recipe, config;
};

/// Declares those of TrainOptions, --recipe and --config.
void declare(CLI::App& command, LayeredOptions& options);

/// The options of the run: the defaults, over them the recipe, over that the configuration file,
/// and what was given on the command line on top. Throws Error.
TrainOptions layered(const CLI::App& command, const LayeredOptions& options);

/// What fit() takes of them. Throws Error (kUsage).
FitOptions fit_options(const TrainOptions& options);

/// All of them under their names, "-" written as "_", as read_options() takes them.
nlohmann::ordered_json options_document(const TrainOptions& options);

/// Sets those that the document names. `where` it is from, for messages. Throws Error (kUsage) for
/// a name that is not an option, or a value that the command line would refuse.
void read_options(const nlohmann::ordered_json& document, const std::string& where,
                  TrainOptions& options);

/// The options among what run.json holds.
nlohmann::ordered_json run_options(const nlohmann::ordered_json& run);

/// A configuration file: a JSON object of options, or the run.json of a run. Throws Error: kIo,
/// kBadInput.
nlohmann::ordered_json read_config(const std::string& path);

/// The options that stand on the command line, as a document.
nlohmann::ordered_json given_options(const CLI::App& command);

}  // namespace lenet::cli
