#include "train/optimizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/require.h"

namespace lenet {
namespace {

void sgd(const OptimizerStep& step, const OptimizedPart& part) {
  const auto lr = static_cast<float>(step.lr);
  const auto decay = static_cast<float>(step.rule->weight_decay);
  for (std::size_t i = 0; i < part.parameters.size(); ++i) {
    float& p = part.parameters[i];
    p -= lr * (step.gradient_scale * part.gradient[i] + decay * p);
  }
}

/// The first step's momentum is the gradient itself, whatever the dampening.
void sgd_with_momentum(const OptimizerStep& step, const OptimizedPart& part) {
  const auto lr = static_cast<float>(step.lr);
  const auto decay = static_cast<float>(step.rule->weight_decay);
  const auto momentum = static_cast<float>(step.rule->momentum);
  const float fresh = step.number == 1 ? 1.0f : static_cast<float>(1 - step.rule->dampening);
  // Nesterov steps by d + momentum * v, the other by v.
  const float of_d = step.rule->nesterov ? 1.0f : 0.0f;
  const float of_v = step.rule->nesterov ? momentum : 1.0f;
  for (std::size_t i = 0; i < part.parameters.size(); ++i) {
    float& p = part.parameters[i];
    float& v = part.first[i];
    const float d = step.gradient_scale * part.gradient[i] + decay * p;
    v = momentum * v + fresh * d;
    p -= lr * (of_d * d + of_v * v);
  }
}

void adam(const OptimizerStep& step, const OptimizedPart& part) {
  const Optimizer& o = *step.rule;
  const bool decoupled = o.kind == Optimizer::Kind::kAdamW;
  const auto number = static_cast<double>(step.number);
  const double correction1 = 1 - std::pow(o.beta1, number);
  const double correction2 = 1 - std::pow(o.beta2, number);
  const auto rate = static_cast<float>(step.lr / correction1);
  const auto root = static_cast<float>(std::sqrt(correction2));
  const auto keep = static_cast<float>(decoupled ? 1 - step.lr * o.weight_decay : 1);
  const auto decay = static_cast<float>(decoupled ? 0 : o.weight_decay);
  const auto beta1 = static_cast<float>(o.beta1), fresh1 = static_cast<float>(1 - o.beta1);
  const auto beta2 = static_cast<float>(o.beta2), fresh2 = static_cast<float>(1 - o.beta2);
  const auto eps = static_cast<float>(o.eps);
  for (std::size_t i = 0; i < part.parameters.size(); ++i) {
    float& p = part.parameters[i];
    float& m = part.first[i];
    float& v = part.second[i];
    p *= keep;
    const float d = step.gradient_scale * part.gradient[i] + decay * p;
    m = beta1 * m + fresh1 * d;
    v = beta2 * v + fresh2 * d * d;
    p -= rate * (m / (std::sqrt(v) / root + eps));
  }
}

}  // namespace

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

void sum_slots(const float* slots, std::int64_t stride, std::int64_t count, bool accumulate,
               std::span<float> sum) {
  if (!accumulate) std::fill(sum.begin(), sum.end(), 0.0f);
  for (std::int64_t slot = 0; slot < count; ++slot, slots += stride) {
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += slots[i];
  }
}

void optimizer_step(const OptimizerStep& step, const OptimizedPart& part) {
  if (step.rule->kind != Optimizer::Kind::kSgd) return adam(step, part);
  if (step.rule->momentum != 0) return sgd_with_momentum(step, part);
  sgd(step, part);
}

}  // namespace lenet
