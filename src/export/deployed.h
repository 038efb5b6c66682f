// A network as a device runs it: no layer that changes nothing, no statistics.
#pragma once

#include <cstdint>
#include <vector>

#include "nn/inference.h"

namespace lenet {

/// Replaces each BatchNorm by the scale and shift (AffineOp) that it is in evaluation, and works a
/// scale and shift that alone reads a Conv2d, Linear or AffineOp into that one's weight and bias,
/// in double. Behind anything else it stays.
std::vector<InferenceNode> fold_norms(std::vector<InferenceNode> nodes);

/// The nodes of a built network, norms folded, Flatten left out. Throws Error: kUsage for a
/// layer of the user, kBadInput where folding leaves the range of float.
std::vector<InferenceNode> deployed_nodes(const Sequential& net);

/// How many inputs of nodes are the value of a node.
std::int64_t readers_of(const std::vector<InferenceNode>& nodes, std::int64_t value);

/// Weights of one output channel of a Conv2dOp, LinearOp or AffineOp.
std::int64_t row_size(const InferenceNode& weighted);

}  // namespace lenet
