// Derivatives of the functions that are merged into a stage.
#pragma once

#include <cstdint>

#include "base/function_formula.h"
#include "cuda/host_device.h"

namespace lenet::cuda {

/// What a gradient by a function's value is multiplied by to be that by its argument.
struct Derivative {
  Function function = {};        ///< told_by_value()
  const float* value = nullptr;  ///< the function's

  LENET_HOST_DEVICE float of(float gradient, std::int64_t at) const {
    if (function.kind == Function::Kind::kIdentity) return gradient;
    return gradient * derivative_by_value(function, value[at]);
  }
};

}  // namespace lenet::cuda
