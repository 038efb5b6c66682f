// Elementwise functions and their derivatives.
#pragma once

#include "cuda/host_device.h"
#include "lenet/activation.h"
#include "lenet/mapping.h"

namespace lenet::cuda {

LENET_HOST_DEVICE inline float sigmoid(float x) { return reciprocal(1.0f + expf(-x)); }

LENET_HOST_DEVICE inline float activate(Activation activation, float x) {
  switch (activation) {
    case Activation::kSigmoid:
      return sigmoid(x);
    case Activation::kReLU:
      return x < 0 ? 0.0f : x;
    case Activation::kTanh:
      return tanhf(x);
    case Activation::kNone:
      return x;
  }
  return NAN;
}

/// The derivative where the activation's value is y.
LENET_HOST_DEVICE inline float derivative_at(Activation activation, float y) {
  switch (activation) {
    case Activation::kSigmoid:
      return y * (1.0f - y);
    case Activation::kReLU:
      return y > 0 ? 1.0f : 0.0f;
    case Activation::kTanh:
      return 1.0f - y * y;
    case Activation::kNone:
      return 1.0f;
  }
  return NAN;
}

/// What a gradient by an activation's value is multiplied by to be that by its argument.
struct Derivative {
  Activation activation = Activation::kNone;
  const float* value = nullptr;  ///< the activation's

  LENET_HOST_DEVICE float of(float gradient, std::int64_t at) const {
    if (activation == Activation::kNone) return gradient;
    return gradient * derivative_at(activation, value[at]);
  }
};

/// LeCun's 1.7159 tanh(2 x / 3).
inline constexpr float kAmplitude = 1.7159f, kSlope = 2.0f / 3;

/// An activation, and its derivative, as functions of the argument.
struct ActivationFunction {
  Activation activation;

  LENET_HOST_DEVICE float operator()(float x) const { return activate(activation, x); }
  LENET_HOST_DEVICE float derivative(float x) const {
    return derivative_at(activation, activate(activation, x));
  }
};

struct MappingFunction {
  Mapping mapping;

  LENET_HOST_DEVICE float operator()(float x) const {
    switch (mapping.kind) {
      case Mapping::Kind::kLeakyReLU:
        return x > 0 ? x : mapping.a * x;
      case Mapping::Kind::kSiLU:
        return x * sigmoid(x);
      case Mapping::Kind::kScaledTanh:
        return kAmplitude * tanhf(kSlope * x);
    }
    return NAN;
  }

  LENET_HOST_DEVICE float derivative(float x) const {
    switch (mapping.kind) {
      case Mapping::Kind::kLeakyReLU:
        return x > 0 ? 1.0f : mapping.a;
      case Mapping::Kind::kSiLU: {
        const float s = sigmoid(x);
        return s + x * s * (1.0f - s);
      }
      case Mapping::Kind::kScaledTanh: {
        const float t = tanhf(kSlope * x);
        return kAmplitude * kSlope * (1.0f - t * t);
      }
    }
    return NAN;
  }
};

}  // namespace lenet::cuda
