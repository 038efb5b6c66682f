// The step of one parameter by torch.optim's rules, for the CPU and the card.
#pragma once

#include <cmath>

#include "base/host_device.h"

namespace lenet {

/// The numbers that each parameter's step takes, as floats; what a rule does not use counts for
/// nothing. With d, the gradient and the decay * p:
struct OptimizerCoefficients {
  float rate;                                   ///< of the step
  float decay;                                  ///< of the weights, within the gradient
  float momentum = 0, one_minus_dampening = 1;  ///< SGD: v = momentum * v + ... * d; RMSprop
  float d_weight = 1, v_weight = 0;             ///< SGD: p -= rate * (d_weight * d + v_weight * v)
  float shrinkage = 1;                          ///< AdamW: p *= shrinkage first
  float beta1 = 0, one_minus_beta1 = 1;         ///< Adam: m = beta1 * m + ... * d
  float beta2 = 0, one_minus_beta2 = 1;         ///< Adam, RMSprop: v = beta2 * v + ... * d^2
  float correction = 1, eps = 0;  ///< Adam: p -= rate * m / (sqrt(v) / correction + eps)
};

/// p after a step of SGD with gradient g.
LENET_HOST_DEVICE inline float sgd_step(const OptimizerCoefficients& o, float g, float p) {
  return p - o.rate * (g + o.decay * p);
}

/// The same, with momentum v.
LENET_HOST_DEVICE inline float sgd_step(const OptimizerCoefficients& o, float g, float p,
                                        float& v) {
  const float d = g + o.decay * p;
  v = o.momentum * v + o.one_minus_dampening * d;
  return p - o.rate * (o.d_weight * d + o.v_weight * v);
}

/// p after a step of Adam or AdamW, with the mean m of the gradients and v of their squares.
LENET_HOST_DEVICE inline float adam_step(const OptimizerCoefficients& o, float g, float p, float& m,
                                         float& v) {
  const float shrunk = p * o.shrinkage;
  const float d = g + o.decay * shrunk;
  m = o.beta1 * m + o.one_minus_beta1 * d;
  v = o.beta2 * v + o.one_minus_beta2 * d * d;
  return shrunk - o.rate * (m / (std::sqrt(v) / o.correction + o.eps));
}

/// What RMSprop steps by (Hinton 2012): the gradient over the root of the mean v of its squares.
LENET_HOST_DEVICE inline float rms_scaled(const OptimizerCoefficients& o, float g, float p,
                                          float& v) {
  const float d = g + o.decay * p;
  v = o.beta2 * v + o.one_minus_beta2 * d * d;
  return d / (std::sqrt(v) + o.eps);
}

/// p after a step of RMSprop.
LENET_HOST_DEVICE inline float rmsprop_step(const OptimizerCoefficients& o, float g, float p,
                                            float& v) {
  return p - o.rate * rms_scaled(o, g, p, v);
}

/// The same, with momentum m.
LENET_HOST_DEVICE inline float rmsprop_step(const OptimizerCoefficients& o, float g, float p,
                                            float& m, float& v) {
  m = o.momentum * m + rms_scaled(o, g, p, v);
  return p - o.rate * m;
}

/// p after a step of Lion (Chen 2023), with the mean m of the gradients: by the sign of one mean,
/// which is not kept, while m moves by the other beta.
LENET_HOST_DEVICE inline float lion_step(const OptimizerCoefficients& o, float g, float p,
                                         float& m) {
  const float d = o.beta1 * m + o.one_minus_beta1 * g;
  m = o.beta2 * m + o.one_minus_beta2 * g;
  const float sign = d > 0 ? 1.0f : d < 0 ? -1.0f : d;  // NaN stays
  return p * o.shrinkage - o.rate * sign;
}

}  // namespace lenet
