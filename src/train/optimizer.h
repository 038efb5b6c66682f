// The optimizer on spans of parameters.
#pragma once

#include <span>

#include "train/optimizer_rules.h"

namespace lenet {

OptimizerCoefficients coefficients_of(const OptimizerStep& step);

/// A part of the parameters, their gradient, and the rule's state there.
struct OptimizedPart {
  std::span<float> parameters;
  const float* gradient;
  float* first;
  float* second;
};

void optimizer_step(const OptimizerStep& step, const OptimizedPart& part);

}  // namespace lenet
