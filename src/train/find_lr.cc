#include "lenet/find_lr.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/require.h"
#include "lenet/error.h"
#include "train/epoch_order.h"
#include "train/fit_options.h"
#include "train/pack_runner.h"

namespace lenet {
namespace {

/// Of the mean loss of the steps so far, by one step.
constexpr double kKept = 0.9;
constexpr double kMostRise = 4;  ///< of the loss over its least, until the training ends

void check(const LrRange& range) {
  require(range.steps >= 10 && range.steps <= 1'000'000,
          fmt::format("steps: {}, want 10 to 1000000", range.steps));
  require(range.from > 0 && range.from < range.to && std::isfinite(range.to),
          fmt::format("from {:g} to {:g}: want two rates above 0, the second one larger",
                      range.from, range.to));
}

/// A mean of the values so far in which the newest count most; not drawn to 0 at the beginning.
class SmoothedLoss {
 public:
  double add(double loss) {
    mean_ = kKept * mean_ + (1 - kKept) * loss;
    missing_ *= kKept;
    return mean_ / (1 - missing_);
  }

 private:
  double mean_ = 0, missing_ = 1;
};

/// The steps of an epoch, one epoch after the other.
class Steps {
 public:
  Steps(const Dataset& train, const FitOptions& options, const std::vector<std::int32_t>& images)
      : train_(train),
        options_(options),
        generator_(options.seed),
        order_(images, options.shuffle, sampling_weights(options, train, images)) {}

  Batch next() {
    if (step_ == 0) order_.begin_epoch(generator_);
    const Batch batch = Batch(train_, order_.batch(step_, options_.batch_size))
                            .augmented(options_.augmentation, options_.seed, epoch_);
    if (++step_ * options_.batch_size >= order_.size()) {
      step_ = 0;
      ++epoch_;
    }
    return batch;
  }

 private:
  const Dataset& train_;
  const FitOptions& options_;
  Generator generator_;
  EpochOrder order_;
  std::int64_t step_ = 0, epoch_ = 1;
};

/// Where the loss falls most over a tenth of the steps, before its least: from one to the next it
/// is noise.
void find_rates(LrCurve& curve) {
  const auto least = std::ranges::min_element(curve.points, {}, &LrCurve::Point::loss);
  curve.least = least->lr;
  const std::ptrdiff_t tenth = std::max<std::ptrdiff_t>(1, std::ssize(curve.points) / 10);
  double most = 0;
  for (auto p = curve.points.begin(); least - p >= tenth; ++p) {
    const double fall = p->loss - p[tenth].loss;
    if (fall <= most) continue;
    most = fall;
    curve.steepest = p[tenth / 2].lr;
  }
  if (most > 0) return;
  throw Error(
      ErrorKind::kDiverged,
      fmt::format("the loss never fell below the {:.3f} of the first step, from the rate "
                  "{:g} to {:g}; try smaller rates",
                  curve.points.front().loss, curve.points.front().lr, curve.points.back().lr));
}

/// Without the rates that it suggests.
LrCurve curve_of(Trainer& trainer, Steps& steps, const LrRange& range,
                 const std::function<bool()>& stop) {
  LrCurve curve;
  SmoothedLoss smoothed;
  double least = HUGE_VAL;
  for (std::int64_t i = 0; i < range.steps; ++i) {
    curve.stopped = stop && stop();
    if (curve.stopped) break;
    const double share = static_cast<double>(i) / static_cast<double>(range.steps - 1);
    const double lr = range.from * std::pow(range.to / range.from, share);
    const double loss = trainer.step(steps.next(), lr).loss();
    if (!trainer.failure().empty()) break;
    curve.points.push_back({lr, smoothed.add(loss)});
    least = std::min(least, curve.points.back().loss);
    if (curve.points.back().loss > kMostRise * least) break;
  }
  return curve;
}

}  // namespace

LrCurve find_lr(Sequential& net, const Dataset& train, const FitOptions& options,
                const LrRange& range, const std::function<bool()>& stop) {
  check(range);
  const CheckedFit checked = check_fit(net, train, train, options);
  if (!checked.pixels().mean.empty()) {
    net.set_normalization({checked.pixels().mean, checked.pixels().deviation});
  }
  Trainer trainer(net, trainer_options(options, checked));
  const Trainer::Snapshot before = trainer.snapshot();
  Steps steps(train, options, checked.split().train);
  LrCurve curve = curve_of(trainer, steps, range, stop);
  trainer.restore(before);
  if (curve.stopped) return curve;
  if (curve.points.empty()) {
    throw Error(ErrorKind::kDiverged, fmt::format("{} at the rate {:g}; try a smaller one",
                                                  trainer.failure(), range.from));
  }
  find_rates(curve);
  return curve;
}

}  // namespace lenet
