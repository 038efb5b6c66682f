// The calls, layer by layer, of an exported network.
#pragma once

#include <vector>

#include "export/c_source.h"
#include "export/int8_network.h"
#include "lenet/sequential.h"
#include "nn/inference.h"

namespace lenet {

/// Of deployed_nodes(net).
CSource float_source(const Sequential& net, const std::vector<InferenceNode>& nodes);

CSource int8_source(const QuantizedNetwork::State& net);

}  // namespace lenet
