#include "cli/train_options.h"

#include <fmt/format.h>

#include <iterator>
#include <limits>

#include "base/require.h"
#include "lenet/split.h"
#include "run/option_words.h"
#include "train/fit_options.h"

namespace lenet::cli {
namespace {

void number(const Command& command, const char* name, double& value, const char* help) {
  command.option(name, &value, help).check(finite_number()).show_default();
}

void count(const Command& command, const char* name, std::int64_t& value, const char* help) {
  command.option(name, &value, help).check(whole_number(1, kMostCount)).show_default();
}

void declare_data(const Command& command, TrainOptions& o) {
  command.group("Data");
  add_data(
      command, o.common,
      "fashion-mnist, from $LENET_DATA, Debian's dataset-fashion-mnist, the cache, a download");
  command.switch_flag("--normalize,!--no-normalize", o.normalize,
                      "Standardise pixels by mean and deviation of the training images");
  command.option("--holdout", &o.holdout, "Share of the training images to set aside, by classes")
      .check(share())
      .show_default();
}

void declare_model(const Command& command, TrainOptions& o) {
  command.group("Model");
  command
      .option("--model", &o.model,
              "Preset (lenet, lenet-relu, lenet-bn, lenet5, best), text file, saved model (its "
              "layers; for its weights, --weights) or the model text itself, as in \"Flatten "
              "Linear(10)\". Without it the network of --weights, if that is given")
      .default_text("lenet");
  command
      .option("--weights", &o.weights,
              "Start from a run's folder, a saved model or an ONNX file: its weights, and unless "
              "other options say else its network, normalisation, class names and data")
      .check(given_path());
  command.option("--weights-by", &o.weights_by, kWeightsByHelp)
      .check(one_of(words_of(kWeightsBy)))
      .show_default();
  command.switch_flag("--new-head,!--no-new-head", o.new_head,
                      "Put a new last Linear for the classes of the data in the place of that of "
                      "--weights");
  command
      .option("--freeze", &o.freeze,
              "Keep as they are: parameters and running statistics of the first N layers, or those "
              "of these names, as in 0.weight,3.*")
      .split_at_commas();
}

void declare_optimisation(const Command& command, TrainOptions& o) {
  command.group("Optimisation");
  count(command, "--epochs", o.epochs, "Passes over the training set");
  command.option("--lr", &o.lr, "Learning rate; a schedule's full rate")
      .check(positive_float())
      .show_default();
  count(command, "--batch-size", o.batch_size, "Examples a step");
  command.option("--optimizer", &o.optimizer, "sgd, adam or adamw")
      .check(one_of(words_of(kOptimizers)))
      .show_default();
  number(command, "--momentum", o.momentum, "SGD's momentum");
  command.switch_flag("--nesterov,!--no-nesterov", o.nesterov, "SGD with Nesterov's momentum");
  number(command, "--dampening", o.dampening, "SGD's dampening of the momentum");
  command.option("--betas", &o.betas, "Adam's two decays")
      .check(finite_number())
      .expected(2)
      .split_at_commas()
      .show_default();
  number(command, "--eps", o.eps, "Adam's eps");
  number(command, "--weight-decay", o.weight_decay, "L2 penalty; AdamW's decoupled decay");
  number(command, "--label-smoothing", o.label_smoothing,
         "Share of the target spread over all classes");
  number(command, "--clip-norm", o.clip_norm, "Largest norm of the gradient; 0: any");
  number(command, "--ema", o.ema, "Decay of averaged weights, kept beside the others; 0: none");
}

void declare_schedule(const Command& command, TrainOptions& o) {
  command.group("Schedule");
  command.option("--schedule", &o.schedule, "constant, step, cosine or onecycle")
      .check(one_of(words_of(kSchedules)))
      .show_default();
  number(command, "--warmup", o.warmup, "Epochs of linear rise before the schedule");
  number(command, "--step-epochs", o.step_epochs, "step: epochs between two factors");
  number(command, "--gamma", o.gamma, "step: the factor");
  number(command, "--min-lr", o.min_lr, "cosine: the last rate");
  number(command, "--pct-start", o.pct_start, "onecycle: share of the steps that rise");
  number(command, "--div-factor", o.div_factor, "onecycle: full rate over first rate");
  number(command, "--final-div-factor", o.final_div_factor, "onecycle: first rate over last");
  command.option("--anneal", &o.anneal, "onecycle: cos or linear")
      .check(one_of(words_of(kAnneals)))
      .show_default();
}

void declare_augmentation(const Command& command, TrainOptions& o) {
  command.group("Augmentation");
  command
      .option("--augment", &o.augment,
              "Random changes of training images: flip,shift=1,erase=0.1,rotate=5,scale=0.1")
      .show_default();
}

void declare_run(const Command& command, TrainOptions& o) {
  command.group("Run");
  command
      .option("--seed", &o.seed,
              "Seed of weights and shuffle, as torch.manual_seed, and of all else that is random")
      .check(whole_number(0, std::numeric_limits<std::uint64_t>::max()))
      .show_default();
  command.switch_flag("--keep-best,!--no-keep-best", o.keep_best,
                      "End with the weights that were best on the images set aside");
  command
      .option("--patience", &o.patience,
              "Stop after so many epochs without a better one on the images set aside; 0: never")
      .check(whole_number(0, kMostCount))
      .show_default();
  command
      .option("--max-steps", &o.max_steps,
              "Stop after so many steps; --json then lists each step's loss")
      .check(whole_number(1, kMostCount));
  add_threads(command, o.common.threads);
  add_device(command, o.common.device);
  command.switch_flag(
      "--shuffle,!--no-shuffle", o.shuffle,
      "A new order of the examples every epoch (default), or the order of the file");
  command
      .option("--on-nan", &o.on_nan,
              "When a loss or gradient is not finite: stop, or rollback to the beginning of the "
              "epoch with half the learning rate, at most five times")
      .check(one_of(words_of(kOnNan)))
      .show_default();
}

}  // namespace

void declare(const Command& command, TrainOptions& options) {
  declare_data(command, options);
  declare_model(command, options);
  declare_optimisation(command, options);
  declare_schedule(command, options);
  declare_augmentation(command, options);
  declare_run(command, options);
}

bool fall_to_data(const Dataset& train, TrainOptions& o) {
  if (!o.usual_batch_size) return false;
  const std::int64_t images =
      o.holdout == 0 ? train.size() : std::ssize(stratified_split(train, o.holdout, o.seed).train);
  if (o.batch_size <= images) return false;
  o.batch_size = images;
  return true;
}

FitOptions fit_options(const TrainOptions& o) {
  FitOptions fit;
  fit.epochs = o.epochs;
  fit.batch_size = o.batch_size;
  fit.lr = o.lr;
  fit.seed = o.seed;
  fit.threads = o.common.threads;
  fit.device = parse_device(o.common.device);
  fit.shuffle = o.shuffle;
  fit.max_steps = o.max_steps.value_or(fit.max_steps);
  fit.optimizer = {.kind = meaning_of(kOptimizers, o.optimizer),
                   .weight_decay = o.weight_decay,
                   .momentum = o.momentum,
                   .dampening = o.dampening,
                   .nesterov = o.nesterov,
                   .beta1 = o.betas.at(0),
                   .beta2 = o.betas.at(1),
                   .eps = o.eps};
  fit.schedule = {.kind = meaning_of(kSchedules, o.schedule),
                  .warmup = o.warmup,
                  .step_epochs = o.step_epochs,
                  .gamma = o.gamma,
                  .min_lr = o.min_lr,
                  .pct_start = o.pct_start,
                  .div_factor = o.div_factor,
                  .final_div_factor = o.final_div_factor,
                  .anneal = meaning_of(kAnneals, o.anneal)};
  fit.freeze = o.freeze;
  fit.label_smoothing = o.label_smoothing;
  fit.clip_norm = o.clip_norm;
  fit.ema_decay = o.ema;
  fit.rollbacks = meaning_of(kOnNan, o.on_nan);
  fit.augmentation = parse_augmentation(o.augment);
  fit.normalize = o.normalize;
  fit.holdout = o.holdout;
  fit.keep_best = o.keep_best;
  fit.patience = o.patience;
  require(
      o.holdout != 0 || !(o.keep_best || o.patience > 0),
      fmt::format("{}: the epoch is chosen on images set aside, never on the test set; set some "
                  "aside, as in --holdout 0.1",
                  o.keep_best ? "--keep-best" : "--patience"));
  check_options(fit);
  return fit;
}

}  // namespace lenet::cli
