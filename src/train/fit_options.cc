#include "train/fit_options.h"

#include <fmt/format.h>

#include <cmath>
#include <numeric>

#include "base/require.h"

namespace lenet {

Trainer::Options trainer_options(const FitOptions& o) {
  return {.batch_size = o.batch_size,
          .threads = o.threads,
          .optimizer = o.optimizer,
          .label_smoothing = o.label_smoothing,
          .clip_norm = o.clip_norm,
          .ema_decay = o.ema_decay,
          .seed = o.seed,
          .device = o.device,
          .freeze = o.freeze};
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

Split checked_split(const FitOptions& o, const Dataset& train) {
  require(o.epochs >= 1, fmt::format("epochs: {}, want 1 or more", o.epochs));
  require(
      o.batch_size >= 1 && o.batch_size <= train.size(),
      fmt::format("batch size: {}, want 1 to the {} training images", o.batch_size, train.size()));
  require(std::isfinite(o.lr) && o.lr > 0,
          fmt::format("learning rate: {}, want a number above 0", o.lr));
  require(o.max_steps >= 1, fmt::format("max steps: {}, want 1 or more", o.max_steps));
  require(o.rollbacks >= 0, fmt::format("rollbacks: {}, want 0 or more", o.rollbacks));
  require(o.patience >= 0, fmt::format("patience: {} epochs, want 0 or more", o.patience));
  require(
      o.holdout != 0 || !(o.keep_best || o.patience > 0),
      "the best weights and the end of the run are chosen on images set aside, never on the test "
      "set: set some aside (holdout)");
  trainer_options(o).check();
  check(o.augmentation, train.image_shape());
  Split split = split_of(train, o);
  const auto images = std::ssize(split.train);
  require(o.batch_size <= images, fmt::format("batch size: {}, want at most the {} training images "
                                              "that are not set aside",
                                              o.batch_size, images));
  check(o.schedule, steps_of(images, o));
  return split;
}

}  // namespace lenet
