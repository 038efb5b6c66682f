// Sums element by element. count: a multiple of kPack; pointers aligned to 64 bytes.
#pragma once

#include <cstdint>

namespace lenet::kernels {

/// y = a + b. y may be a or b.
void add(std::int64_t count, const float* a, const float* b, float* y);

}  // namespace lenet::kernels
