#include "train/optimizer.h"

#include <fmt/format.h>

#include <cmath>

#include "base/require.h"

namespace lenet {

int Optimizer::state_vectors() const {
  return with_rule(kind, momentum != 0, [](auto rule) { return rule.kStateVectors; });
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
  require(o.kind != Optimizer::Kind::kMuon || o.momentum > 0,
          "Muon makes its momentum orthogonal and wants one above 0, as 0.95");
  for (const double beta : {o.beta1, o.beta2}) {
    require(beta >= 0 && beta < 1, fmt::format("beta: {}, want 0 or more, below 1", beta));
  }
  require(o.alpha >= 0 && o.alpha <= 1, fmt::format("alpha: {}, want 0 to 1", o.alpha));
  require(o.eps > 0 && std::isfinite(o.eps), fmt::format("eps: {}, want a number above 0", o.eps));
}

OptimizerCoefficients coefficients_of(const OptimizerStep& step) {
  return with_rule(step.rule->kind, step.rule->momentum != 0,
                   [&](auto rule) { return rule.coefficients(step); });
}

void optimizer_step(const OptimizerStep& step, const OptimizedPart& part) {
  with_rule(step.rule->kind, step.rule->momentum != 0, [&](auto rule) {
    const OptimizerCoefficients o = rule.coefficients(step);
    const float scale = step.gradient_scale;
    const OptimizerState state{part.first, part.second};
    float* p = part.parameters.data();
    const float* gradient = part.gradient;
    for (std::int64_t i = 0; i < std::ssize(part.parameters); ++i) {
      p[i] = rule.step(o, scale * gradient[i], p[i], state, i);
    }
  });
}

}  // namespace lenet
