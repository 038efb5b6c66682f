// Functions applied element by element. count: a multiple of kPack; pointers aligned to 64 bytes.
#pragma once

#include <cstdint>

#include "lenet/function.h"

namespace lenet::kernels {

/// y = f(x). y may be x.
void function_forward(const Function& f, std::int64_t count, const float* x, float* y);

/// dx = dy * f'(x). dx may be x.
void function_backward(const Function& f, std::int64_t count, const float* x, const float* dy,
                       float* dx);

/// y = dy * f'(x), told by the value y = f(x) that it replaces. Needs told_by_value(f).
void function_backward_by_value(const Function& f, std::int64_t count, const float* dy, float* y);

}  // namespace lenet::kernels
