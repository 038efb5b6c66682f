#include "train/optimizer.h"

#include <fmt/format.h>

#include <cmath>

#include "base/require.h"

namespace lenet {
namespace {

using Coefficients = OptimizerCoefficients;

/// The first step's momentum is the gradient itself, whatever the dampening. Nesterov steps by d +
/// momentum * v, the other by v.
Coefficients of_sgd(const OptimizerStep& step) {
  const Optimizer& o = *step.rule;
  const auto momentum = static_cast<float>(o.momentum);
  return {.rate = static_cast<float>(step.lr),
          .decay = static_cast<float>(o.weight_decay),
          .momentum = momentum,
          .one_minus_dampening = step.number == 1 ? 1.0f : static_cast<float>(1 - o.dampening),
          .d_weight = o.nesterov ? 1.0f : 0.0f,
          .v_weight = o.nesterov ? momentum : 1.0f};
}

/// decoupled: the decay is AdamW's.
Coefficients of_adam(const OptimizerStep& step, bool decoupled) {
  const Optimizer& o = *step.rule;
  const auto number = static_cast<double>(step.number);
  return {.rate = static_cast<float>(step.lr / (1 - std::pow(o.beta1, number))),
          .decay = static_cast<float>(decoupled ? 0 : o.weight_decay),
          .shrinkage = static_cast<float>(decoupled ? 1 - step.lr * o.weight_decay : 1),
          .beta1 = static_cast<float>(o.beta1),
          .one_minus_beta1 = static_cast<float>(1 - o.beta1),
          .beta2 = static_cast<float>(o.beta2),
          .one_minus_beta2 = static_cast<float>(1 - o.beta2),
          .correction = static_cast<float>(std::sqrt(1 - std::pow(o.beta2, number))),
          .eps = static_cast<float>(o.eps)};
}

void step_sgd(const Coefficients& o, float scale, const OptimizedPart& part) {
  for (std::size_t i = 0; i < part.parameters.size(); ++i) {
    float& p = part.parameters[i];
    p = sgd_step(o, scale * part.gradient[i], p);
  }
}

void step_sgd_with_momentum(const Coefficients& o, float scale, const OptimizedPart& part) {
  for (std::size_t i = 0; i < part.parameters.size(); ++i) {
    float& p = part.parameters[i];
    p = sgd_step(o, scale * part.gradient[i], p, part.first[i]);
  }
}

void step_adam(const Coefficients& o, float scale, const OptimizedPart& part) {
  for (std::size_t i = 0; i < part.parameters.size(); ++i) {
    float& p = part.parameters[i];
    p = adam_step(o, scale * part.gradient[i], p, part.first[i], part.second[i]);
  }
}

}  // namespace

int Optimizer::state_vectors() const {
  switch (kind) {
    case Kind::kSgd:
      return momentum != 0 ? 1 : 0;
    case Kind::kAdam:
    case Kind::kAdamW:
      return 2;
  }
  unknown("optimizer");
}

void check(const Optimizer& o) {
  require(o.weight_decay >= 0 && std::isfinite(o.weight_decay),
          fmt::format("weight decay: {}, want 0 or more", o.weight_decay));
  require(o.momentum >= 0 && o.momentum < 1,
          fmt::format("momentum: {}, want 0 or more, below 1", o.momentum));
  require(o.dampening >= 0 && o.dampening <= 1,
          fmt::format("dampening: {}, want 0 to 1", o.dampening));
  require(!o.nesterov || (o.momentum > 0 && o.dampening == 0),
          "Nesterov's step needs a momentum above 0 and no dampening");
  for (const double beta : {o.beta1, o.beta2}) {
    require(beta >= 0 && beta < 1, fmt::format("beta: {}, want 0 or more, below 1", beta));
  }
  require(o.eps > 0 && std::isfinite(o.eps), fmt::format("eps: {}, want a number above 0", o.eps));
}

OptimizerCoefficients coefficients_of(const OptimizerStep& step) {
  switch (step.rule->kind) {
    case Optimizer::Kind::kSgd:
      return of_sgd(step);
    case Optimizer::Kind::kAdam:
      return of_adam(step, false);
    case Optimizer::Kind::kAdamW:
      return of_adam(step, true);
  }
  unknown("optimizer");
}

void optimizer_step(const OptimizerStep& step, const OptimizedPart& part) {
  const Coefficients o = coefficients_of(step);
  switch (step.rule->kind) {
    case Optimizer::Kind::kSgd:
      if (step.rule->momentum != 0) return step_sgd_with_momentum(o, step.gradient_scale, part);
      return step_sgd(o, step.gradient_scale, part);
    case Optimizer::Kind::kAdam:
    case Optimizer::Kind::kAdamW:
      return step_adam(o, step.gradient_scale, part);
  }
  unknown("optimizer");
}

}  // namespace lenet
