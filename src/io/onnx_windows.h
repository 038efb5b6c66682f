// The operators of ONNX that slide a window over images.
#pragma once

#include "io/onnx_chain.h"
#include "io/onnx_operator.h"

namespace lenet::onnx {

/// Each adds to the chain what its operator does there, as add_layer() does.
void add_conv(const Operator& o, Chain& chain);
void add_max_pool(const Operator& o, Chain& chain);
void add_average_pool(const Operator& o, Chain& chain);
void add_pad(const Operator& o, Chain& chain);

}  // namespace lenet::onnx
