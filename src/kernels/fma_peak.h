// The most that a core's floating-point units can do.
#pragma once

#include <cstdint>

namespace lenet::kernels {

/// Does `rounds` rounds of independent fused multiply-adds in registers and returns how many
/// floating-point operations these were, two a multiply-add and lane. What it computed goes to
/// `sink`.
std::int64_t fma_peak(std::int64_t rounds, float* sink);

}  // namespace lenet::kernels
