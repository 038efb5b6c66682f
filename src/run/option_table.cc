#include "run/option_table.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <string>

#include "base/require.h"
#include "lenet/error.h"
#include "run/option_texts.h"
#include "run/run_options.h"
#include "run/shared_options.h"

// The name of a member, and where it is.
#define AT(path) .member = #path, .value = &o.path

namespace lenet {
namespace {

/// "sgd, adam or adamw".
std::string choice_of(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 < words.size() ? ", " : " or ";
    text += words[i];
  }
  return text;
}

/// The optimizers that read a constant.
template <bool OptimizerEntry::*reads>
OptionReader with_optimizer() {
  std::vector<std::string> words;
  for (const OptimizerEntry& entry : kOptimizerEntries) {
    if (entry.*reads) words.emplace_back(entry.word);
  }
  return {"optimizer", choice_of(words), [](const RunOptions& o) {
            const auto* entry =
                std::ranges::find(kOptimizerEntries, o.fit.optimizer.kind, &OptimizerEntry::kind);
            if (entry == std::end(kOptimizerEntries)) unknown("optimizer");
            return entry->*reads;
          }};
}

template <Schedule::Kind kind>
bool has_schedule(const RunOptions& o) {
  return o.fit.schedule.kind == kind;
}

const OptionReader kWithWeights = {"weights", "a file",
                                   [](const RunOptions& o) { return !o.weights.empty(); }};
const OptionReader kMovedOn = with_optimizer<&OptimizerEntry::momentum>();
const OptionReader kWithSgd = with_optimizer<&OptimizerEntry::dampening>();
const OptionReader kWithAlpha = with_optimizer<&OptimizerEntry::alpha>();
const OptionReader kWithBetas = with_optimizer<&OptimizerEntry::betas>();
const OptionReader kWithEps = with_optimizer<&OptimizerEntry::eps>();
const OptionReader kWithMomentum = {
    "momentum", "above 0", [](const RunOptions& o) { return o.fit.optimizer.momentum != 0; }};
const OptionReader kWithEach = {
    "sample", "each", [](const RunOptions& o) { return o.fit.sampling == Sampling::kEach; }};
const OptionReader kWithStep = {"schedule", "step", has_schedule<Schedule::Kind::kStep>};
const OptionReader kWithCosine = {"schedule", "cosine", has_schedule<Schedule::Kind::kCosine>};
const OptionReader kWithOneCycle = {"schedule", "onecycle",
                                    has_schedule<Schedule::Kind::kOneCycle>};

Check count() { return whole_number(1, kMostCount); }

using Table = std::vector<RunOption>;

void append(Table& table, Table more) { std::ranges::move(more, std::back_inserter(table)); }

Table model_table(RunOptions& o) {
  Table table = {
      {.name = "model",
       .group = "Model",
       AT(model),
       .help =
           "Preset (lenet, lenet-relu, lenet-bn, lenet5, best, alexnet, vgg, nin, googlenet, "
           "resnet18, densenet, resnet8, ds-cnn, mobilenet-025), "
           "text file, saved model (its layers; for its weights, --weights) or the model text "
           "itself, as in \"Flatten Linear(10)\". Without it the network of --weights, if that is "
           "given",
       .default_text = kUsualModel},
      {.name = "weights",
       .group = "Model",
       AT(weights),
       .help = "Start from a run's folder, a saved model or an ONNX file: its weights, and unless "
               "other options say else its network, normalisation, class names and data",
       .check = given_path()}};
  table.push_back(weights_by_option(&o.weights_by));
  table.back().readers = {kWithWeights};
  append(table, {{.name = "new-head",
                  .group = "Model",
                  AT(new_head),
                  .help = "Put a new last Linear for the classes of the data in the place of that "
                          "of --weights",
                  .if_set = true,
                  .readers = {kWithWeights}},
                 {.name = "freeze",
                  .group = "Model",
                  AT(fit.freeze),
                  .help = "Keep as they are: parameters and running statistics of the first N "
                          "layers, or those of these names, as in 0.weight,3.*",
                  .commas = true,
                  .if_set = true}});
  return table;
}

/// How long, how fast, and where.
Table course_table(RunOptions& o) {
  Table table = {
      {.name = "epochs",
       .group = "Optimisation",
       AT(fit.epochs),
       .help = "Passes over the training set",
       .check = count()},
      {.name = "batch-size",
       .group = "Optimisation",
       AT(fit.batch_size),
       .help = "Examples a step",
       .check = count()},
      {.name = "lr",
       .group = "Optimisation",
       AT(fit.lr),
       .help = "Learning rate; a schedule's full rate",
       .check = positive_float()},
      {.name = "seed",
       .group = "Run",
       AT(fit.seed),
       .help = "Seed of weights and shuffle, as torch.manual_seed, and of all else that is random",
       .check = whole_number(0, std::numeric_limits<std::uint64_t>::max())},
      {.name = "shuffle",
       .group = "Run",
       AT(fit.shuffle),
       .help = "A new order of the examples every epoch (default), or the order of the file",
       .readers = {kWithEach}},
      {.name = "sample",
       .group = "Data",
       .member = "fit.sampling",
       .value = value_of_word(kSamplings, &o.fit.sampling),
       .help = "What an epoch trains on: each image once, or balanced, as many, drawn so that all "
               "classes come alike",
       .check = one_of(words_of(kSamplings)),
       .if_set = true}};
  table.push_back(threads_option(&o.fit.threads));
  table.push_back(device_option(&o.device));
  return table;
}

Table optimizer_table(RunOptions& o) {
  constexpr const char* kGroup = "Optimisation";
  return {{.name = "optimizer",
           .group = kGroup,
           .member = "fit.optimizer.kind",
           .value = value_of_word(kOptimizers, &o.fit.optimizer.kind),
           .help = choice_of(words_of(kOptimizers)),
           .check = one_of(words_of(kOptimizers))},
          {.name = "momentum",
           .group = kGroup,
           AT(fit.optimizer.momentum),
           .help = "SGD's or RMSprop's momentum",
           .check = finite_number(),
           .readers = {kMovedOn}},
          {.name = "dampening",
           .group = kGroup,
           AT(fit.optimizer.dampening),
           .help = "SGD's dampening of the momentum",
           .check = finite_number(),
           .readers = {kWithSgd, kWithMomentum}},
          {.name = "nesterov",
           .group = kGroup,
           AT(fit.optimizer.nesterov),
           .help = "SGD with Nesterov's momentum",
           .readers = {kWithSgd}},
          {.name = "weight-decay",
           .group = kGroup,
           AT(fit.optimizer.weight_decay),
           .help = "L2 penalty; AdamW's and Lion's decoupled decay",
           .check = finite_number()},
          {.name = "betas",
           .group = kGroup,
           .member = "fit.optimizer.beta1, beta2",
           .value = value_of_two(&o.fit.optimizer.beta1, &o.fit.optimizer.beta2),
           .help = "Adam's two decays, or Lion's, whose authors take 0.9,0.99",
           .check = finite_number(),
           .commas = true,
           .readers = {kWithBetas}},
          {.name = "eps",
           .group = kGroup,
           AT(fit.optimizer.eps),
           .help = "Adam's or RMSprop's eps",
           .check = finite_number(),
           .readers = {kWithEps}},
          {.name = "alpha",
           .group = kGroup,
           AT(fit.optimizer.alpha),
           .help = "RMSprop's decay of the mean of squares",
           .check = finite_number(),
           .if_set = true,
           .readers = {kWithAlpha}},
          {.name = "clip-norm",
           .group = kGroup,
           AT(fit.clip_norm),
           .help = "Largest norm of the gradient; 0: any",
           .check = finite_number()},
          {.name = "ema",
           .group = kGroup,
           AT(fit.ema_decay),
           .help = "Decay of averaged weights, kept beside the others; 0: none",
           .check = finite_number()},
          {.name = "on-nan",
           .group = "Run",
           .member = "fit.rollbacks",
           .value = value_of_word(kOnNan, &o.fit.rollbacks),
           .help = "When a loss or gradient is not finite: stop, or rollback to the beginning of "
                   "the epoch with half the learning rate, at most five times",
           .check = one_of(words_of(kOnNan))}};
}

Table schedule_table(RunOptions& o) {
  constexpr const char* kGroup = "Schedule";
  return {{.name = "schedule",
           .group = kGroup,
           .member = "fit.schedule.kind",
           .value = value_of_word(kSchedules, &o.fit.schedule.kind),
           .help = "constant, step, cosine or onecycle",
           .check = one_of(words_of(kSchedules))},
          {.name = "warmup",
           .group = kGroup,
           AT(fit.schedule.warmup),
           .help = "Epochs of linear rise before the schedule",
           .check = finite_number()},
          {.name = "step-epochs",
           .group = kGroup,
           AT(fit.schedule.step_epochs),
           .help = "step: epochs between two factors",
           .check = finite_number(),
           .readers = {kWithStep}},
          {.name = "gamma",
           .group = kGroup,
           AT(fit.schedule.gamma),
           .help = "step: the factor",
           .check = finite_number(),
           .readers = {kWithStep}},
          {.name = "min-lr",
           .group = kGroup,
           AT(fit.schedule.min_lr),
           .help = "cosine: the last rate",
           .check = finite_number(),
           .readers = {kWithCosine}},
          {.name = "pct-start",
           .group = kGroup,
           AT(fit.schedule.pct_start),
           .help = "onecycle: share of the steps that rise",
           .check = finite_number(),
           .readers = {kWithOneCycle}},
          {.name = "div-factor",
           .group = kGroup,
           AT(fit.schedule.div_factor),
           .help = "onecycle: full rate over first rate",
           .check = finite_number(),
           .readers = {kWithOneCycle}},
          {.name = "final-div-factor",
           .group = kGroup,
           AT(fit.schedule.final_div_factor),
           .help = "onecycle: first rate over last",
           .check = finite_number(),
           .readers = {kWithOneCycle}},
          {.name = "anneal",
           .group = kGroup,
           .member = "fit.schedule.anneal",
           .value = value_of_word(kAnneals, &o.fit.schedule.anneal),
           .help = "onecycle: cos or linear",
           .check = one_of(words_of(kAnneals)),
           .readers = {kWithOneCycle}}};
}

/// Which images train and as what, and which weights are kept.
Table images_table(RunOptions& o) {
  return {{.name = "label-smoothing",
           .group = "Optimisation",
           AT(fit.label_smoothing),
           .help = "Share of the target spread over all classes",
           .check = finite_number()},
          {.name = "class-weights",
           .group = "Optimisation",
           .member = "fit.class_weights",
           .value = value_of_class_weights(&o.fit.class_weights),
           .help = "What the examples of each class count in the loss: balanced, or a number a "
                   "class, as in 1,2.5,1, or a file of them",
           .check = class_weights_text(),
           .if_set = true},
          {.name = "augment",
           .group = "Augmentation",
           .member = "fit.augmentation",
           .value = value_of_augmentation(&o.fit.augmentation),
           .help = "Random changes of training images: flip,shift=1,erase=0.1,rotate=5,scale=0.1",
           .check = augmentation_text()},
          {.name = "normalize",
           .group = "Data",
           AT(fit.normalize),
           .help = "Standardise pixels by mean and deviation of the training images"},
          {.name = "holdout",
           .group = "Data",
           AT(fit.holdout),
           .help = "Share of the training images to set aside, by classes",
           .check = share()},
          {.name = "keep-best",
           .group = "Run",
           AT(fit.keep_best),
           .help = "End with the weights that were best on the images set aside"},
          {.name = "patience",
           .group = "Run",
           AT(fit.patience),
           .help = "Stop after so many epochs without a better one on the images set aside; 0: "
                   "never",
           .check = whole_number(0, kMostCount)},
          {.name = "max-steps",
           .group = "Run",
           .member = "fit.max_steps",
           .value = value_of_limit(&o.fit.max_steps),
           .help = "Stop after so many steps; --json then lists each step's loss",
           .check = count(),
           .if_set = true}};
}

}  // namespace

const std::vector<std::string>& option_groups() {
  static const std::vector<std::string> groups = {"Data",     "Model",        "Optimisation",
                                                  "Schedule", "Augmentation", "Run"};
  return groups;
}

std::vector<RunOption> option_table(RunOptions& o) {
  Table table = data_table(
      o.data,
      "fashion-mnist, from $LENET_DATA, Debian's dataset-fashion-mnist, the cache, a download");
  for (Table& more : std::vector<Table>{model_table(o), course_table(o), optimizer_table(o),
                                        schedule_table(o), images_table(o)}) {
    append(table, std::move(more));
  }
  return table;
}

std::string option_name(std::string key) {
  std::ranges::replace(key, '_', '-');
  return key;
}

std::string option_key(std::string name) {
  std::ranges::replace(name, '-', '_');
  return name;
}

}  // namespace lenet
