// Functions of one number and their derivatives by their formulas, for the card, for exports and
// for what the SIMD kernels are compared with.
#pragma once

#include <cmath>

#include "base/host_device.h"
#include "lenet/function.h"

namespace lenet {

/// LeCun's 1.7159 tanh(2 x / 3) (1998).
template <class T>
inline constexpr T kAmplitude = T(1.7159);
template <class T>
inline constexpr T kSlope = T(2) / 3;

template <class T>
LENET_HOST_DEVICE T sigmoid(T x) {
  return reciprocal(1 + std::exp(-x));
}

/// f(x) of a function whose value tells its derivative; NaN of any other.
template <class T>
LENET_HOST_DEVICE T value_in_place(const Function& f, T x) {
  switch (f.kind) {
    case Function::Kind::kIdentity:
      return x;
    case Function::Kind::kSigmoid:
      return sigmoid(x);
    case Function::Kind::kReLU:
      return x < 0 ? T(0) : x;
    case Function::Kind::kTanh:
      return std::tanh(x);
    case Function::Kind::kLeakyReLU:
    case Function::Kind::kSiLU:
    case Function::Kind::kScaledTanh:
    case Function::Kind::kSoftplus:
      break;
  }
  return T(NAN);
}

/// f(x).
template <class T>
LENET_HOST_DEVICE T function_value(const Function& f, T x) {
  switch (f.kind) {
    case Function::Kind::kIdentity:
    case Function::Kind::kSigmoid:
    case Function::Kind::kReLU:
    case Function::Kind::kTanh:
      return value_in_place(f, x);
    case Function::Kind::kLeakyReLU:
      return x > 0 ? x : T(f.a) * x;
    case Function::Kind::kSiLU:
      return x * sigmoid(x);
    case Function::Kind::kScaledTanh:
      return kAmplitude<T> * std::tanh(kSlope<T> * x);
    case Function::Kind::kSoftplus:
      return (x > 0 ? x : T(0)) + std::log1p(std::exp(-std::abs(x)));
  }
  return T(NAN);
}

/// Every kind of function.
inline constexpr Function::Kind kFunctionKinds[] = {
    Function::Kind::kIdentity,   Function::Kind::kSigmoid,   Function::Kind::kReLU,
    Function::Kind::kTanh,       Function::Kind::kLeakyReLU, Function::Kind::kSiLU,
    Function::Kind::kScaledTanh, Function::Kind::kSoftplus};

/// As PyTorch names it, or the model text.
constexpr const char* name_of(Function::Kind kind) {
  switch (kind) {
    case Function::Kind::kIdentity:
      return "Identity";
    case Function::Kind::kSigmoid:
      return "Sigmoid";
    case Function::Kind::kReLU:
      return "ReLU";
    case Function::Kind::kTanh:
      return "Tanh";
    case Function::Kind::kLeakyReLU:
      return "LeakyReLU";
    case Function::Kind::kSiLU:
      return "SiLU";
    case Function::Kind::kScaledTanh:
      return "ScaledTanh";
    case Function::Kind::kSoftplus:
      return "Softplus";
  }
  return nullptr;
}

/// Whether f(x) tells f'(x), so that x may be overwritten.
LENET_HOST_DEVICE constexpr bool told_by_value(const Function& f) {
  switch (f.kind) {
    case Function::Kind::kIdentity:
    case Function::Kind::kSigmoid:
    case Function::Kind::kReLU:
    case Function::Kind::kTanh:
      return true;
    case Function::Kind::kLeakyReLU:
    case Function::Kind::kSiLU:
    case Function::Kind::kScaledTanh:
    case Function::Kind::kSoftplus:
      return false;
  }
  return false;
}

/// f'(x) told by y = f(x); NaN where that does not tell it.
template <class T>
LENET_HOST_DEVICE T derivative_by_value(const Function& f, T y) {
  switch (f.kind) {
    case Function::Kind::kIdentity:
      return T(1);
    case Function::Kind::kSigmoid:
      return y * (1 - y);
    case Function::Kind::kReLU:
      return y > 0 ? T(1) : T(0);
    case Function::Kind::kTanh:
      return 1 - y * y;
    case Function::Kind::kLeakyReLU:
    case Function::Kind::kSiLU:
    case Function::Kind::kScaledTanh:
    case Function::Kind::kSoftplus:
      break;
  }
  return T(NAN);
}

/// f'(x).
template <class T>
LENET_HOST_DEVICE T function_derivative(const Function& f, T x) {
  switch (f.kind) {
    case Function::Kind::kIdentity:
    case Function::Kind::kSigmoid:
    case Function::Kind::kReLU:
    case Function::Kind::kTanh:
      return derivative_by_value(f, value_in_place(f, x));
    case Function::Kind::kLeakyReLU:
      return x > 0 ? T(1) : T(f.a);
    case Function::Kind::kSiLU: {
      const T s = sigmoid(x);
      return s + x * s * (1 - s);
    }
    case Function::Kind::kScaledTanh: {
      const T t = std::tanh(kSlope<T> * x);
      return kAmplitude<T> * kSlope<T> * (1 - t * t);
    }
    case Function::Kind::kSoftplus:
      return sigmoid(x);
  }
  return T(NAN);
}

}  // namespace lenet
