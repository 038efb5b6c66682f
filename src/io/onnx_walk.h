// The network of an ONNX graph.
#pragma once

#include <cstdint>

#include "io/onnx_graph.h"
#include "lenet/sequential.h"

namespace lenet::onnx {

/// The network that the graph's nodes are from its input to its output, built. `bytes`: of its
/// files, which bound what it may hold; `own`: lenet wrote it. Throws Error (kBadInput) for
/// anything but a tree of layers that lenet has, naming the node.
Sequential network_of(const Graph& graph, std::int64_t bytes, bool own);

}  // namespace lenet::onnx
