// The orthogonal matrix nearest to a given one, roughly: what Muon steps by.
#pragma once

#include <cstdint>

namespace lenet {

/// Floats of `scratch` below.
std::int64_t orthogonalize_scratch(std::int64_t rows, std::int64_t columns);

/// Replaces a matrix, laid out (rows, columns), by what five steps of Newton and Schulz's iteration
/// with Muon's coefficients make of it: the same singular vectors, with singular values between 0.7
/// and 1.2 for all that were not tiny. Zeros stay zeros.
/// scratch: orthogonalize_scratch() floats, aligned to 64 bytes.
void orthogonalize(std::int64_t rows, std::int64_t columns, float* matrix, float* scratch);

}  // namespace lenet
