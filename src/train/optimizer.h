// The optimizer on spans of parameters.
#pragma once

#include <cstdint>
#include <span>

#include "lenet/optimizer.h"

namespace lenet {

/// One step of an optimizer, for all parameters alike.
struct OptimizerStep {
  const Optimizer* rule;
  double lr;
  std::int64_t number;       ///< steps so far, this one included
  float gradient_scale = 1;  ///< what the gradient is multiplied by first
};

/// The numbers that each parameter's step takes, as floats; what a rule does not use counts for
/// nothing. With the gradient d = gradient + decay * p:
struct OptimizerCoefficients {
  float rate;                     ///< of the step
  float decay;                    ///< of the weights, within the gradient
  float momentum = 0, fresh = 1;  ///< SGD: v = momentum * v + fresh * d
  float of_d = 1, of_v = 0;       ///< SGD: p -= rate * (of_d * d + of_v * v)
  float keep = 1;                 ///< Adam: p *= keep first
  float beta1 = 0, fresh1 = 1;    ///< m = beta1 * m + fresh1 * d
  float beta2 = 0, fresh2 = 1;    ///< v = beta2 * v + fresh2 * d^2
  float root = 1, eps = 0;        ///< p -= rate * m / (sqrt(v) / root + eps)
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
