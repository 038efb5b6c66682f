// The operators of ONNX that multiply and add.
#pragma once

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

}  // namespace lenet::onnx
