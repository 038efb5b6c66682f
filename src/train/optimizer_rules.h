// The rules of optimizers: each one's word, the constants that it reads, the state that it keeps,
// its coefficients and its step, for the CPU and the card.
#pragma once

#include <cassert>
#include <cmath>
#include <cstdint>

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

/// What a rule keeps, which starts as zeros; null what it does not.
struct OptimizerState {
  float* first;   ///< momentum, or the mean of the gradients; RMSprop without: of their squares
  float* second;  ///< the mean of their squares
};

/// The first step's momentum is the gradient itself, whatever the dampening. Nesterov steps by d +
/// momentum * v, the other by v.
inline OptimizerCoefficients sgd_coefficients(const OptimizerStep& step) {
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
inline OptimizerCoefficients adam_coefficients(const OptimizerStep& step, bool decoupled) {
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

struct SgdRule {
  static constexpr int kStateVectors = 0;
  static OptimizerCoefficients coefficients(const OptimizerStep& step) {
    return sgd_coefficients(step);
  }
  LENET_HOST_DEVICE static float step(const OptimizerCoefficients& o, float g, float p,
                                      const OptimizerState&, std::int64_t) {
    return sgd_step(o, g, p);
  }
};

struct MomentumRule {
  static constexpr int kStateVectors = 1;
  static OptimizerCoefficients coefficients(const OptimizerStep& step) {
    return sgd_coefficients(step);
  }
  LENET_HOST_DEVICE static float step(const OptimizerCoefficients& o, float g, float p,
                                      const OptimizerState& state, std::int64_t i) {
    return sgd_step(o, g, p, state.first[i]);
  }
};

template <bool kDecoupled>
struct AdamRule {
  static constexpr int kStateVectors = 2;
  static OptimizerCoefficients coefficients(const OptimizerStep& step) {
    return adam_coefficients(step, kDecoupled);
  }
  LENET_HOST_DEVICE static float step(const OptimizerCoefficients& o, float g, float p,
                                      const OptimizerState& state, std::int64_t i) {
    return adam_step(o, g, p, state.first[i], state.second[i]);
  }
};

struct LionRule {
  static constexpr int kStateVectors = 1;
  static OptimizerCoefficients coefficients(const OptimizerStep& step) {
    const Optimizer& o = *step.rule;
    return {.rate = static_cast<float>(step.lr),
            .decay = 0,
            .shrinkage = static_cast<float>(1 - step.lr * o.weight_decay),
            .beta1 = static_cast<float>(o.beta1),
            .one_minus_beta1 = static_cast<float>(1 - o.beta1),
            .beta2 = static_cast<float>(o.beta2),
            .one_minus_beta2 = static_cast<float>(1 - o.beta2)};
  }
  LENET_HOST_DEVICE static float step(const OptimizerCoefficients& o, float g, float p,
                                      const OptimizerState& state, std::int64_t i) {
    return lion_step(o, g, p, state.first[i]);
  }
};

inline OptimizerCoefficients rmsprop_coefficients(const OptimizerStep& step) {
  const Optimizer& o = *step.rule;
  return {.rate = static_cast<float>(step.lr),
          .decay = static_cast<float>(o.weight_decay),
          .momentum = static_cast<float>(o.momentum),
          .beta2 = static_cast<float>(o.alpha),
          .one_minus_beta2 = static_cast<float>(1 - o.alpha),
          .eps = static_cast<float>(o.eps)};
}

/// Its one vector is the mean of the squares.
struct RmsPropRule {
  static constexpr int kStateVectors = 1;
  static OptimizerCoefficients coefficients(const OptimizerStep& step) {
    return rmsprop_coefficients(step);
  }
  LENET_HOST_DEVICE static float step(const OptimizerCoefficients& o, float g, float p,
                                      const OptimizerState& state, std::int64_t i) {
    return rmsprop_step(o, g, p, state.first[i]);
  }
};

struct RmsPropMomentumRule {
  static constexpr int kStateVectors = 2;
  static OptimizerCoefficients coefficients(const OptimizerStep& step) {
    return rmsprop_coefficients(step);
  }
  LENET_HOST_DEVICE static float step(const OptimizerCoefficients& o, float g, float p,
                                      const OptimizerState& state, std::int64_t i) {
    return rmsprop_step(o, g, p, state.first[i], state.second[i]);
  }
};

/// f(rule). momentum: SGD and RMSprop keep one.
template <class F>
LENET_HOST_DEVICE auto with_rule(Optimizer::Kind kind, bool momentum, const F& f) {
  switch (kind) {
    case Optimizer::Kind::kSgd:
      return momentum ? f(MomentumRule()) : f(SgdRule());
    case Optimizer::Kind::kAdam:
      return f(AdamRule<false>());
    case Optimizer::Kind::kAdamW:
      return f(AdamRule<true>());
    case Optimizer::Kind::kLion:
      return f(LionRule());
    case Optimizer::Kind::kMuon:  // its matrices step by train/muon.h
      return f(AdamRule<true>());
    case Optimizer::Kind::kRmsProp:
      return momentum ? f(RmsPropMomentumRule()) : f(RmsPropRule());
  }
  assert(false && "a kind of optimizer");
  return f(SgdRule());
}

/// What options call a rule, and which of the constants it reads.
struct OptimizerEntry {
  Optimizer::Kind kind;
  const char* word;
  bool momentum = false, nesterov = false, dampening = false;
  bool betas = false, eps = false, alpha = false;
};

inline constexpr OptimizerEntry kOptimizerEntries[] = {
    {.kind = Optimizer::Kind::kSgd,
     .word = "sgd",
     .momentum = true,
     .nesterov = true,
     .dampening = true},
    {.kind = Optimizer::Kind::kAdam, .word = "adam", .betas = true, .eps = true},
    {.kind = Optimizer::Kind::kAdamW, .word = "adamw", .betas = true, .eps = true},
    {.kind = Optimizer::Kind::kLion, .word = "lion", .betas = true},
    {.kind = Optimizer::Kind::kRmsProp,
     .word = "rmsprop",
     .momentum = true,
     .eps = true,
     .alpha = true},
    {.kind = Optimizer::Kind::kMuon,
     .word = "muon",
     .momentum = true,
     .nesterov = true,
     .betas = true,
     .eps = true}};

}  // namespace lenet
