// Images that ONNX makes larger.
#pragma once

#include "io/onnx_chain.h"

namespace lenet::onnx {

/// To whole multiples of both axes, each element repeated.
void add_resize(const Operator& o, Chain& chain);
void add_upsample(const Operator& o, Chain& chain);

}  // namespace lenet::onnx
