// Arithmetic on the constants of an ONNX graph.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "io/onnx_operator.h"

namespace lenet::onnx {

/// A computed constant. Throws Error (kBadInput) for values that are not finite.
Tensor floats_tensor(std::vector<float> values, Shape dims);

/// Throws Error (kBadInput) if kBatch is among them: with it nothing can be computed.
void require_no_batch(const std::vector<std::int64_t>& integers);

/// Of a Transpose of floats. Throws Error (kBadInput).
std::optional<Tensor> transpose_of(const Operator& o);

/// Of Add, Sub, Mul and Div of two constants, and of Neg, Sqrt and Reciprocal of one. Nothing for
/// another operator or other types. Throws Error (kBadInput).
std::optional<Tensor> arithmetic_of(const Operator& o);

}  // namespace lenet::onnx
