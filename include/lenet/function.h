// Functions of one number.
#pragma once

#include "lenet/export.h"

namespace LENET_PUBLIC lenet {

/// A function of one number, applied element by element.
struct Function {
  enum class Kind {
    kIdentity,
    kSigmoid,      ///< 1 / (1 + e^-x)
    kReLU,         ///< max(0, x)
    kTanh,         ///< tanh x
    kLeakyReLU,    ///< x above 0, `a` times x below
    kSiLU,         ///< x sigmoid(x)
    kScaledTanh,   ///< 1.7159 tanh(2 x / 3), of LeNet-5 (LeCun 1998)
    kSoftplus,     ///< log(1 + e^x)
    kReLU6,        ///< min(max(0, x), 6)
    kHardsigmoid,  ///< min(max(0, x + 3), 6) / 6
    kHardswish,    ///< x Hardsigmoid(x)
    kELU,          ///< x above 0, `a` (e^x - 1) below
    kMish,         ///< x tanh(log(1 + e^x))
    kGELU,         ///< x Phi(x), of the normal distribution
    kGELUTanh,     ///< x sigmoid(2 sqrt(2/pi) (x + 0.044715 x^3)), GELU's approximation by tanh
  };

  Kind kind = Kind::kIdentity;
  float a = 0;
  bool operator==(const Function&) const = default;
};

}  // namespace lenet
