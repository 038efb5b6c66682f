// Weights that a layer holds at 0.
#pragma once

#include <cstdint>
#include <vector>

#include "lenet/layer.h"

namespace lenet {

/// The runs of a layer's `parameters` that it holds at 0, as LeNet5C3 does where nothing is
/// connected. None for a layer of the user, whose constrain() may be of any kind.
std::vector<ParameterRange> held_at_zero(const Layer& layer, std::int64_t parameters);

}  // namespace lenet
