#include "nn/function.h"

#include "base/require.h"

namespace lenet {

using Kind = Function::Kind;

std::optional<Activation> activation_of(const Function& function) {
  switch (function.kind) {
    case Kind::kSigmoid:
      return Activation::kSigmoid;
    case Kind::kReLU:
      return Activation::kReLU;
    case Kind::kTanh:
      return Activation::kTanh;
    case Kind::kLeakyReLU:
    case Kind::kSiLU:
    case Kind::kScaledTanh:
      return std::nullopt;
  }
  unknown("function");
}

Mapping mapping_of(const Function& function) {
  switch (function.kind) {
    case Kind::kLeakyReLU:
      return {Mapping::Kind::kLeakyReLU, function.a};
    case Kind::kSiLU:
      return {Mapping::Kind::kSiLU};
    case Kind::kScaledTanh:
      return {Mapping::Kind::kScaledTanh};
    case Kind::kSigmoid:
    case Kind::kReLU:
    case Kind::kTanh:
      break;
  }
  unknown("mapping");
}

}  // namespace lenet
