// Functions of one number as nodes of an ONNX graph.
#pragma once

#include <string>

#include "io/onnx_node_writer.h"
#include "lenet/function.h"

namespace lenet::onnx {

/// The nodes that make f of a value, of which the last has this name, and the others begin with it.
void write_function(const Function& f, const std::string& name, NodeWriter& to);

}  // namespace lenet::onnx
