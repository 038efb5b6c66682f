// The calls, node by node, of an exported network.
#pragma once

#include <vector>

#include "export/c_source.h"
#include "export/int8_network.h"

namespace lenet {

/// Of deployed_nodes(model.net).
CSource float_source(const Model& model, const std::vector<InferenceNode>& nodes);

/// Of model.net.
CSource int8_source(const Model& model, const QuantizedNetwork::State& net);

}  // namespace lenet
