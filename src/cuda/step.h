// What changes from step to step. It is read from the card's memory, so that a graph of steps can
// be queued again.
#pragma once

#include <cstdint>

#include "train/optimizer.h"

namespace lenet::cuda {

/// One training step's numbers.
struct StepScalars {
  OptimizerCoefficients optimizer;
  float average_part;   ///< of the way that averages move
  float weight_scale;   ///< of the loss: weight_scale_of() the batch
  std::int64_t number;  ///< steps before it
};

/// Where a run of queued steps ended, if something was not finite: the steps from `first` on change
/// no parameter.
struct StopMark {
  static constexpr std::int32_t kNever = 0x7fffffff;
  std::int32_t first;
};

/// Sums of a block of images.
struct PartialMetrics {
  double loss;
  double metric;
};

}  // namespace lenet::cuda
