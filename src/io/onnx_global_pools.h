// The operators of ONNX that pool whole images.
#pragma once

#include "io/onnx_chain.h"
#include "io/onnx_operator.h"

namespace lenet::onnx {

/// Each adds to the chain what its operator does there, as add_layer() does.
void add_global_average(const Operator& o, Chain& chain);
void add_global_max(const Operator& o, Chain& chain);

/// ReduceMean and ReduceMax over height and width.
void add_reduce_mean(const Operator& o, Chain& chain);
void add_reduce_max(const Operator& o, Chain& chain);

}  // namespace lenet::onnx
