// The optimizer on spans of parameters.
#pragma once

#include <cstdint>
#include <span>

#include "base/optimizer_formula.h"
#include "lenet/optimizer.h"

namespace lenet {

/// One step of an optimizer, for all parameters alike.
struct OptimizerStep {
  const Optimizer* rule;
  double lr;
  std::int64_t number;       ///< steps so far, this one included
  float gradient_scale = 1;  ///< what the gradient is multiplied by first
};

OptimizerCoefficients coefficients_of(const OptimizerStep& step);

/// A part of the parameters, their gradient, and the rule's state there, which starts as zeros.
struct OptimizedPart {
  std::span<float> parameters;
  const float* gradient;
  float* first;   ///< momentum, or the mean of the gradients; null if the rule has no such state
  float* second;  ///< the mean of their squares
};

void optimizer_step(const OptimizerStep& step, const OptimizedPart& part);

}  // namespace lenet
