// The operators of ONNX that change the shape of their input and none of its values.
#pragma once

#include "io/onnx_chain.h"
#include "io/onnx_operator.h"

namespace lenet::onnx {

/// Each adds to the chain what its operator does there, as add_layer() does.
void add_flatten(const Operator& o, Chain& chain);
void add_reshape(const Operator& o, Chain& chain);
void add_squeeze(const Operator& o, Chain& chain);
void add_transpose(const Operator& o, Chain& chain);
void add_unsqueeze(const Operator& o, Chain& chain);

}  // namespace lenet::onnx
