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

/// Each function by its formula: its name, as PyTorch gives it, or the model text; value(x), and
/// derivative(x), or where the value y tells the derivative, derivative_by_value(y).
namespace formula {

template <class T>
struct Identity {
  static constexpr const char* kName = "Identity";
  LENET_HOST_DEVICE static T value(T x) { return x; }
  LENET_HOST_DEVICE static T derivative_by_value(T) { return T(1); }
};

template <class T>
struct Sigmoid {
  static constexpr const char* kName = "Sigmoid";
  LENET_HOST_DEVICE static T value(T x) { return sigmoid(x); }
  LENET_HOST_DEVICE static T derivative_by_value(T y) { return y * (1 - y); }
};

template <class T>
struct ReLU {
  static constexpr const char* kName = "ReLU";
  LENET_HOST_DEVICE static T value(T x) { return x < 0 ? T(0) : x; }
  LENET_HOST_DEVICE static T derivative_by_value(T y) { return y > 0 ? T(1) : T(0); }
};

template <class T>
struct Tanh {
  static constexpr const char* kName = "Tanh";
  LENET_HOST_DEVICE static T value(T x) { return std::tanh(x); }
  LENET_HOST_DEVICE static T derivative_by_value(T y) { return 1 - y * y; }
};

template <class T>
struct LeakyReLU {
  static constexpr const char* kName = "LeakyReLU";
  T slope;
  LENET_HOST_DEVICE T value(T x) const { return x > 0 ? x : slope * x; }
  LENET_HOST_DEVICE T derivative(T x) const { return x > 0 ? T(1) : slope; }
};

template <class T>
struct SiLU {
  static constexpr const char* kName = "SiLU";
  LENET_HOST_DEVICE static T value(T x) { return x * sigmoid(x); }
  LENET_HOST_DEVICE static T derivative(T x) {
    const T s = sigmoid(x);
    return s + x * s * (1 - s);
  }
};

template <class T>
struct ScaledTanh {
  static constexpr const char* kName = "ScaledTanh";
  LENET_HOST_DEVICE static T value(T x) { return kAmplitude<T> * std::tanh(kSlope<T> * x); }
  LENET_HOST_DEVICE static T derivative(T x) {
    const T t = std::tanh(kSlope<T> * x);
    return kAmplitude<T> * kSlope<T> * (1 - t * t);
  }
};

template <class T>
struct Softplus {
  static constexpr const char* kName = "Softplus";
  LENET_HOST_DEVICE static T value(T x) {
    return (x > 0 ? x : T(0)) + std::log1p(std::exp(-std::abs(x)));
  }
  LENET_HOST_DEVICE static T derivative(T x) { return sigmoid(x); }
};

template <class T>
struct ReLU6 {
  static constexpr const char* kName = "ReLU6";
  LENET_HOST_DEVICE static T value(T x) { return x < 0 ? T(0) : x > 6 ? T(6) : x; }
  LENET_HOST_DEVICE static T derivative_by_value(T y) { return y > 0 && y < 6 ? T(1) : T(0); }
};

template <class T>
struct Hardsigmoid {
  static constexpr const char* kName = "Hardsigmoid";
  static constexpr T kSixth = T(1) / 6;
  LENET_HOST_DEVICE static T value(T x) { return ReLU6<T>::value(x + 3) * kSixth; }
  LENET_HOST_DEVICE static T derivative_by_value(T y) { return y > 0 && y < 1 ? kSixth : T(0); }
};

template <class T>
struct Hardswish {
  static constexpr const char* kName = "Hardswish";
  LENET_HOST_DEVICE static T value(T x) { return x * Hardsigmoid<T>::value(x); }
  LENET_HOST_DEVICE static T derivative(T x) {
    return x < -3 ? T(0) : x > 3 ? T(1) : x / 3 + T(0.5);
  }
};

template <class T>
struct ELU {
  static constexpr const char* kName = "ELU";
  T alpha;
  LENET_HOST_DEVICE T value(T x) const { return x > 0 ? x : alpha * std::expm1(x); }
  LENET_HOST_DEVICE T derivative(T x) const { return x > 0 ? T(1) : alpha * std::exp(x); }
};

/// tanh(log(1 + e^x)) = n / (n + 2) with n = e^x (e^x + 2), and its derivative 4 e^x (e^x + 1) /
/// (n + 2)^2. From 20 on it is 1 to a double.
template <class T>
struct Mish {
  static constexpr const char* kName = "Mish";
  LENET_HOST_DEVICE static T exponential(T x) { return std::exp(x > 20 ? T(20) : x); }
  LENET_HOST_DEVICE static T value(T x) {
    const T e = exponential(x), n = e * (e + 2);
    return x * (n / (n + 2));
  }
  LENET_HOST_DEVICE static T derivative(T x) {
    const T e = exponential(x), n = e * (e + 2);
    return n / (n + 2) + (x > 20 ? T(0) : x) * (4 * e * (e + 1) / ((n + 2) * (n + 2)));
  }
};

/// 1 / sqrt(2 pi).
template <class T>
inline constexpr T kRootOfTwoPiInverse = T(0.39894228040143267794);

template <class T>
struct GELU {
  static constexpr const char* kName = "GELU";
  LENET_HOST_DEVICE static T cdf(T x) { return T(0.5) * std::erfc(x * T(-0.70710678118654752440)); }
  LENET_HOST_DEVICE static T value(T x) { return x * cdf(x); }
  LENET_HOST_DEVICE static T derivative(T x) {
    return cdf(x) + x * kRootOfTwoPiInverse<T> * std::exp(T(-0.5) * x * x);
  }
};

/// x sigmoid(2 u) = x (1 + tanh u) / 2 with u = sqrt(2 / pi) (x + 0.044715 x^3), 2 u being
/// x (kLinear + kCubic x^2).
template <class T>
struct GELUTanh {
  static constexpr const char* kName = "GELU";
  static constexpr T kLinear = T(1.59576912160573071176), kCubic = T(0.044715) * kLinear;
  LENET_HOST_DEVICE static T gate(T x) { return sigmoid(x * (kLinear + kCubic * x * x)); }
  LENET_HOST_DEVICE static T value(T x) { return x * gate(x); }
  LENET_HOST_DEVICE static T derivative(T x) {
    const T s = gate(x);
    return s + x * s * (1 - s) * (kLinear + 3 * kCubic * x * x);
  }
};

template <class F>
inline constexpr bool kToldByValue = requires {
  &F::derivative_by_value;
};

/// g of the formula of f, for numbers of type T.
template <class T, class G>
LENET_HOST_DEVICE constexpr auto with(const Function& f, G g) {
  switch (f.kind) {
    case Function::Kind::kIdentity:
      return g(Identity<T>());
    case Function::Kind::kSigmoid:
      return g(Sigmoid<T>());
    case Function::Kind::kReLU:
      return g(ReLU<T>());
    case Function::Kind::kTanh:
      return g(Tanh<T>());
    case Function::Kind::kLeakyReLU:
      return g(LeakyReLU<T>{T(f.a)});
    case Function::Kind::kSiLU:
      return g(SiLU<T>());
    case Function::Kind::kScaledTanh:
      return g(ScaledTanh<T>());
    case Function::Kind::kSoftplus:
      return g(Softplus<T>());
    case Function::Kind::kReLU6:
      return g(ReLU6<T>());
    case Function::Kind::kHardsigmoid:
      return g(Hardsigmoid<T>());
    case Function::Kind::kHardswish:
      return g(Hardswish<T>());
    case Function::Kind::kELU:
      return g(ELU<T>{T(f.a)});
    case Function::Kind::kMish:
      return g(Mish<T>());
    case Function::Kind::kGELU:
      return g(GELU<T>());
    case Function::Kind::kGELUTanh:
      return g(GELUTanh<T>());
  }
  __builtin_unreachable();
}

}  // namespace formula

/// Every kind of function.
inline constexpr Function::Kind kFunctionKinds[] = {
    Function::Kind::kIdentity,    Function::Kind::kSigmoid,   Function::Kind::kReLU,
    Function::Kind::kTanh,        Function::Kind::kLeakyReLU, Function::Kind::kSiLU,
    Function::Kind::kScaledTanh,  Function::Kind::kSoftplus,  Function::Kind::kReLU6,
    Function::Kind::kHardsigmoid, Function::Kind::kHardswish, Function::Kind::kELU,
    Function::Kind::kMish,        Function::Kind::kGELU,      Function::Kind::kGELUTanh};

/// As PyTorch names it, or the model text.
LENET_HOST_DEVICE constexpr const char* name_of(Function::Kind kind) {
  return formula::with<float>({kind}, [](auto f) { return decltype(f)::kName; });
}

/// Whether f(x) tells f'(x), so that x may be overwritten.
LENET_HOST_DEVICE constexpr bool told_by_value(const Function& function) {
  return formula::with<float>(function, [](auto f) { return formula::kToldByValue<decltype(f)>; });
}

/// f(x).
template <class T>
LENET_HOST_DEVICE T function_value(const Function& function, T x) {
  return formula::with<T>(function, [=](auto f) { return f.value(x); });
}

/// f'(x).
template <class T>
LENET_HOST_DEVICE T function_derivative(const Function& function, T x) {
  return formula::with<T>(function, [=](auto f) {
    if constexpr (formula::kToldByValue<decltype(f)>) {
      return f.derivative_by_value(f.value(x));
    } else {
      return f.derivative(x);
    }
  });
}

/// f(x) of a function whose value tells its derivative; NaN of any other, whose code the card's
/// largest kernels would carry for nothing.
template <class T>
LENET_HOST_DEVICE T value_in_place(const Function& function, T x) {
  return formula::with<T>(function, [=](auto f) {
    if constexpr (formula::kToldByValue<decltype(f)>) {
      return f.value(x);
    } else {
      return T(NAN);
    }
  });
}

/// f'(x) told by y = f(x); NaN where that does not tell it.
template <class T>
LENET_HOST_DEVICE T derivative_by_value(const Function& function, T y) {
  return formula::with<T>(function, [=](auto f) {
    if constexpr (formula::kToldByValue<decltype(f)>) {
      return f.derivative_by_value(y);
    } else {
      return T(NAN);
    }
  });
}

}  // namespace lenet
