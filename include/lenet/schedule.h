// The learning rate of each step.
#pragma once

#include <cstdint>

#include "lenet/export.h"

namespace LENET_PUBLIC lenet {

/// How the learning rate changes in the course of training. The rate of a step depends on nothing
/// but its number.
struct Schedule {
  enum class Kind { kConstant, kStep, kCosine, kOneCycle };
  enum class Anneal { kCosine, kLinear };

  Kind kind = Kind::kConstant;
  double warmup = 0;  ///< epochs of linear rise to the full rate before the schedule begins

  double step_epochs = 1, gamma = 0.1;  ///< kStep: times gamma every step_epochs, as StepLR

  double min_lr = 0;  ///< kCosine: where it ends, as CosineAnnealingLR's eta_min

  /// kOneCycle, as OneCycleLR: from lr / div_factor up to lr in the share pct_start of the steps,
  /// then down to lr / div_factor / final_div_factor. The momentum stays as it is.
  double pct_start = 0.3, div_factor = 25, final_div_factor = 1e4;
  Anneal anneal = Anneal::kCosine;
};

/// A run's length in steps.
struct StepCount {
  std::int64_t total;
  std::int64_t epoch;  ///< steps an epoch
};

/// Throws Error (kUsage) for a constant out of range, or a warm-up longer than the run.
void check(const Schedule& schedule, const StepCount& steps);

/// The rate of step `step`, from 0, where `lr` is the full rate.
double learning_rate(const Schedule& schedule, double lr, std::int64_t step,
                     const StepCount& steps);

}  // namespace lenet
