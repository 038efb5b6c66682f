// The options of a training run, by which it can be repeated.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "cli/options.h"
#include "lenet/dataset.h"
#include "lenet/fit.h"

namespace lenet::cli {

inline constexpr const char* kUsualModel = "lenet";

struct TrainOptions {
  CommonOptions common;
  std::optional<std::string> model;  ///< else the network of `weights`, else kUsualModel
  std::string weights, weights_by = "name";
  bool new_head = false;
  std::vector<std::string> freeze;
  std::int64_t epochs = 10;
  std::int64_t batch_size = 256;
  bool usual_batch_size = false;  ///< nobody gave one: fall_to_data()
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
  std::string on_nan = "stop";
  std::string augment = "none";
  bool normalize = false;
  double holdout = 0;
  bool keep_best = false;
  std::int64_t patience = 0;
};

/// Declares them all on a command.
void declare(const Command& command, TrainOptions& options);

/// Lowers a batch size that nobody gave to the images of `train` that are not set aside, if they
/// are fewer; whether it did.
bool fall_to_data(const Dataset& train, TrainOptions& options);

/// What fit() takes of them. Throws Error: kUsage, and kFailed for a device that cannot be used.
FitOptions fit_options(const TrainOptions& options);

}  // namespace lenet::cli
