// Functions applied element by element, and their derivatives told from the value.
#pragma once

#include <cstdint>
#include <type_traits>

#include "lenet/activation.h"

namespace lenet::kernels {

/// Calls f with the activation as a compile-time constant.
template <class F>
void with_activation(Activation activation, F f) {
  switch (activation) {
    case Activation::kNone:
      return f(std::integral_constant<Activation, Activation::kNone>());
    case Activation::kSigmoid:
      return f(std::integral_constant<Activation, Activation::kSigmoid>());
    case Activation::kReLU:
      return f(std::integral_constant<Activation, Activation::kReLU>());
    case Activation::kTanh:
      return f(std::integral_constant<Activation, Activation::kTanh>());
  }
}

/// x = activation(x) for `count` floats, a multiple of kPack, aligned to 64 bytes.
void activation_forward(Activation activation, std::int64_t count, float* x);

/// y = dy * activation'(x), the derivative told from the value y = activation(x) that it replaces.
void activation_backward(Activation activation, std::int64_t count, const float* dy, float* y);

}  // namespace lenet::kernels
