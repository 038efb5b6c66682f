// A network as a device runs it: no layer that changes nothing, no statistics.
#pragma once

#include <cstdint>
#include <vector>

#include "nn/operations.h"

namespace lenet {

/// Replaces each BatchNorm by the scale and shift (kAffine) that it is in evaluation, and works a
/// scale and shift that follows a Conv2d, Linear or kAffine into that one's weight and bias, in
/// double. Behind anything else it stays.
std::vector<Operation> fold_norms(std::vector<Operation> operations);

/// The operations of a built network, norms folded, Flatten left out. Throws Error: kUsage for a
/// layer of the user, kBadInput where folding leaves the range of float.
std::vector<Operation> deployed_operations(const Sequential& net);

/// Conv2d, Linear or kAffine: channels of outputs, each with weights of its own.
bool is_weighted(Operation::Kind kind);

/// Weights of one output channel.
std::int64_t row_size(const Operation& weighted);

}  // namespace lenet
