#include "train/fit_options.h"

#include <fmt/format.h>

#include <cmath>
#include <numeric>

#include "base/require.h"
#include "train/model_selection.h"
#include "train/training_state.h"

namespace lenet {

Trainer::Options trainer_options(const FitOptions& o) {
  return {.batch_size = o.batch_size,
          .threads = o.threads,
          .optimizer = o.optimizer,
          .loss = o.loss,
          .label_smoothing = o.label_smoothing,
          .distillation = o.distillation,
          .clip_norm = o.clip_norm,
          .ema_decay = o.ema_decay,
          .seed = o.seed,
          .device = o.device,
          .freeze = o.freeze};
}

Trainer::Options trainer_options(const FitOptions& o, const CheckedFit& checked) {
  Trainer::Options options = trainer_options(o);
  options.class_weights = checked.class_weights();
  return options;
}

namespace {

std::vector<Label> labels_of(const Dataset& data, std::span<const std::int32_t> images) {
  std::vector<Label> labels;
  for (const std::int32_t i : images) labels.push_back(data.label(i));
  return labels;
}

}  // namespace

std::vector<double> sampling_weights(const FitOptions& o, const Dataset& train,
                                     std::span<const std::int32_t> images) {
  if (o.sampling == Sampling::kEach) return {};
  const std::vector<Label> labels = labels_of(train, images);
  const std::vector<std::int64_t> counts = class_counts(labels, train.classes());
  std::vector<double> weights;
  for (const Label label : labels) weights.push_back(1 / static_cast<double>(counts[label]));
  return weights;
}

std::vector<float> checked_class_weights(const FitOptions& o, const Dataset& train,
                                         const Split& split) {
  if (!o.class_weights.any()) return {};
  require_classes(train, "class weights");
  if (o.class_weights.balanced) {
    return balanced_weights(labels_of(train, split.train), train.classes());
  }
  require(std::ssize(o.class_weights.values) == train.classes(),
          fmt::format("class weights: {}, want one for each of {} classes",
                      o.class_weights.values.size(), train.classes()));
  return o.class_weights.values;
}

namespace {

Split split_of(const Dataset& train, const FitOptions& o) {
  if (o.holdout != 0) return stratified_split(train, o.holdout, o.seed);
  Split all;
  all.train.resize(static_cast<std::size_t>(train.size()));
  std::iota(all.train.begin(), all.train.end(), 0);
  return all;
}

}  // namespace

StepCount steps_of(std::int64_t images, const FitOptions& o) {
  const std::int64_t epoch = (images + o.batch_size - 1) / o.batch_size;
  return {.total = epoch * o.epochs, .epoch = epoch};
}

void check_options(const FitOptions& o) {
  require(o.epochs >= 1, fmt::format("epochs: {}, want 1 or more", o.epochs));
  require(std::isfinite(o.lr) && o.lr > 0,
          fmt::format("learning rate: {}, want a number above 0", o.lr));
  require(o.max_steps >= 1, fmt::format("max steps: {}, want 1 or more", o.max_steps));
  require(o.rollbacks >= 0, fmt::format("rollbacks: {}, want 0 or more", o.rollbacks));
  require(o.patience >= 0, fmt::format("patience: {} epochs, want 0 or more", o.patience));
  require(
      o.holdout != 0 || !(o.keep_best || o.patience > 0),
      "the best weights and the end of the run are chosen on images set aside, never on the test "
      "set; set some aside, as in --holdout 0.1 (FitOptions::holdout)");
  trainer_options(o).check();
}

Split checked_split(const FitOptions& o, const Dataset& train) {
  require(
      o.batch_size >= 1 && o.batch_size <= train.size(),
      fmt::format("batch size: {}, want 1 to the {} training images", o.batch_size, train.size()));
  check_options(o);
  check(o.augmentation, train.image_shape());
  if (o.augmentation.any()) require_bytes(train, "augmentation");
  if (o.augmentation.mixes()) {
    require_classes(train, "mixup and cutmix");
    require(!o.class_weights.any(), "mixup and cutmix: want no class weights");
  }
  require(o.device.kind == Device::Kind::kCpu || !o.augmentation.on_cpu(),
          "mixup, cutmix and colours: train on the CPU alone; want --device cpu "
          "(FitOptions::device)");
  if (o.label_smoothing > 0) require_classes(train, "label smoothing");
  if (o.distillation.teacher) require_classes(train, "a teacher");
  if (o.sampling == Sampling::kBalanced) require_classes(train, "sampling by class");
  Split split = split_of(train, o);
  const auto images = std::ssize(split.train);
  require(o.batch_size <= images, fmt::format("batch size: {}, want at most the {} training images "
                                              "that are not set aside",
                                              o.batch_size, images));
  check(o.schedule, steps_of(images, o));
  return split;
}

namespace {

std::int64_t steps_done(const FitState& s, const StepCount& steps) {
  return (s.epoch - 1) * steps.epoch + s.step;
}

}  // namespace

void check_state(const FitState& s, const Sequential& net, const FitOptions& o,
                 const StepCount& steps) {
  const bool has_best = o.keep_best && s.best_epoch > 0;
  require(s.epoch >= 1 && s.step >= 0 && s.step < steps.epoch &&
              std::ssize(s.report.epochs) == s.epoch - 1 && s.best_epoch >= 0 &&
              s.best_epoch < s.epoch && s.rollbacks >= 0 && s.rollbacks <= o.rollbacks &&
              s.best.parameters.size() == (has_best ? net.parameters().size() : 0) &&
              s.best.buffers.size() == (has_best ? net.buffers().size() : 0),
          "the state of the run does not fit its options");
  const Trainer::Snapshot wanted = initial_snapshot(net, trainer_options(o));
  const bool has_start = o.rollbacks > 0 && s.step > 0;
  require(alike(s.trainer, wanted) && (!has_start || alike(s.epoch_start, wanted)),
          "the state of the run is that of another network, optimizer or averages");
  const std::int64_t begun = s.step > 0 ? s.epoch : s.epoch - 1;
  require(begun <= o.epochs,
          fmt::format("epochs: {}, want at least the {} that the run has begun", o.epochs, begun));
  require(steps_done(s, steps) <= o.max_steps,
          fmt::format("max steps: {}, want at least the {} that the run has trained", o.max_steps,
                      steps_done(s, steps)));
}

bool is_finished(const FitState& s, const FitOptions& o, const StepCount& steps) {
  return s.epoch > o.epochs || out_of_patience(s, o) || steps_done(s, steps) >= o.max_steps;
}

}  // namespace lenet
