#include "run/option_table.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <string>

#include "run/optimizer_options.h"
#include "run/option_texts.h"
#include "run/option_words.h"
#include "run/run_options.h"
#include "run/shared_options.h"

namespace lenet {
namespace {

const OptionReader kWithWeights = {"weights", "a file",
                                   [](const RunOptions& o) { return !o.weights.empty(); }};
const OptionReader kWithTeacher = {"teacher", "a model",
                                   [](const RunOptions& o) { return !o.teacher.empty(); }};
const OptionReader kWithEach = {
    "sample", "each", [](const RunOptions& o) { return o.fit.sampling == Sampling::kEach; }};

Check count() { return whole_number(1, kMostCount); }

using Table = std::vector<RunOption>;

void append(Table& table, Table more) { std::ranges::move(more, std::back_inserter(table)); }

Table model_table(RunOptions& o) {
  Table table = {
      {.name = "model",
       .group = "Model",
       LENET_AT(model),
       .help =
           "Preset (lenet, lenet-relu, lenet-bn, lenet5, fast, good, best, alexnet, vgg, nin, "
           "googlenet, resnet18, densenet, for 28x28 the same with -28 as in vgg-28, resnet8, "
           "ds-cnn, mobilenet-025, autoencoder), text file, saved model (its layers; for its "
           "weights, --weights) or the model text itself, as in \"Flatten Linear(10)\". Without it "
           "the network of --weights, if that is given",
       .default_text = kUsualModel},
      {.name = "weights",
       .group = "Model",
       LENET_AT(weights),
       .help = "Start from a run's folder, a saved model or an ONNX file: its weights, and unless "
               "other options say else its network, normalisation, class names and data",
       .check = given_path()}};
  table.push_back(weights_by_option(&o.weights_by));
  table.back().readers = {kWithWeights};
  append(table, {{.name = "new-head",
                  .group = "Model",
                  LENET_AT(new_head),
                  .help = "Put a new last Linear for the classes of the data in the place of that "
                          "of --weights",
                  .if_set = true,
                  .readers = {kWithWeights}},
                 {.name = "freeze",
                  .group = "Model",
                  LENET_AT(fit.freeze),
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
       LENET_AT(fit.epochs),
       .help = "Passes over the training set",
       .check = count()},
      {.name = "batch-size",
       .group = "Optimisation",
       LENET_AT(fit.batch_size),
       .help = "Examples a step",
       .check = count()},
      {.name = "lr",
       .group = "Optimisation",
       LENET_AT(fit.lr),
       .help = "Learning rate; a schedule's full rate",
       .check = positive_float()},
      {.name = "seed",
       .group = "Run",
       LENET_AT(fit.seed),
       .help = "Seed of weights and shuffle, as torch.manual_seed, and of all else that is random",
       .check = whole_number(0, std::numeric_limits<std::uint64_t>::max())},
      {.name = "shuffle",
       .group = "Run",
       LENET_AT(fit.shuffle),
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

/// Which images train and as what, and which weights are kept.
Table images_table(RunOptions& o) {
  return {
      {.name = "teacher",
       .group = "Optimisation",
       LENET_AT(teacher),
       .help = "Learn from this run's or saved model's outputs too (distillation), on the CPU",
       .check = given_path(),
       .if_set = true},
      {.name = "temperature",
       .group = "Optimisation",
       LENET_AT(fit.distillation.temperature),
       .help = "By which the outputs of teacher and network are divided before they are compared",
       .check = positive_float(),
       .if_set = true,
       .readers = {kWithTeacher}},
      {.name = "teacher-weight",
       .group = "Optimisation",
       LENET_AT(fit.distillation.weight),
       .help = "Of what the teacher says in the loss, 0 to 1; the classes have the rest",
       .check = finite_number(),
       .if_set = true,
       .readers = {kWithTeacher}},
      {.name = "loss",
       .group = "Optimisation",
       .member = "fit.loss",
       .value = value_of_loss(&o.fit.loss),
       .help = "cross-entropy of classes; of numbers or labels (several an image) mse, l1 or bce: "
               "binary cross-entropy. Default: cross-entropy of classes, bce of targets that are "
               "all 0 or 1, mse of others",
       .check = one_of(words_of(kLosses)),
       .show_default = false,
       .if_set = true},
      {.name = "label-smoothing",
       .group = "Optimisation",
       LENET_AT(fit.label_smoothing),
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
       .help =
           "Random changes of training images: flip,shift=1,erase=0.1,rotate=5,scale=0.1; on "
           "the CPU colours too, brightness=0.4,contrast=0.4,saturation=0.4,hue=0.1, and of two "
           "of a batch mixup=0.2,cutmix=1",
       .check = augmentation_text()},
      {.name = "normalize",
       .group = "Data",
       LENET_AT(fit.normalize),
       .help = "Standardise pixels by mean and deviation of the training images"},
      {.name = "holdout",
       .group = "Data",
       LENET_AT(fit.holdout),
       .help = "Share of the training images to set aside, by classes",
       .check = share()},
      {.name = "keep-best",
       .group = "Run",
       LENET_AT(fit.keep_best),
       .help = "End with the weights that were best on the images set aside"},
      {.name = "patience",
       .group = "Run",
       LENET_AT(fit.patience),
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
  for (Table& more : std::vector<Table>{model_table(o), course_table(o), optimizer_options(o),
                                        schedule_options(o), images_table(o)}) {
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
