// LeakyReLU, SiLU and LeCun's scaled tanh, element by element.
#pragma once

#include <cstdint>

#include "lenet/mapping.h"

namespace lenet::kernels {

/// y = f(x). count: a multiple of kPack; pointers aligned to 64 bytes.
void mapping_forward(const Mapping& mapping, std::int64_t count, const float* x, float* y);

/// dx = f'(x) * dy. dx may be x.
void mapping_backward(const Mapping& mapping, std::int64_t count, const float* x, const float* dy,
                      float* dx);

}  // namespace lenet::kernels
