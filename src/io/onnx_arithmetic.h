// The operators of ONNX that multiply and add.
#pragma once

#include <vector>

#include "io/onnx_chain.h"
#include "io/onnx_operator.h"

namespace lenet::onnx {

/// Each adds to the chain what its operator does there, as add_layer() does.
void add_gemm(const Operator& o, Chain& chain);
void add_matmul(const Operator& o, Chain& chain);
void add_mul(const Operator& o, Chain& chain);
void add_add(const Operator& o, Chain& chain);
void add_sub(const Operator& o, Chain& chain);
void add_div(const Operator& o, Chain& chain);

/// The constant that is input `input`: one value, or one a channel of the chain's last value.
std::vector<float> by_channel(const Operator& o, std::size_t input, const Chain& chain);

}  // namespace lenet::onnx
