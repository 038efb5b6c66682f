// Weights that a layer holds at 0.
#pragma once

#include <cstdint>
#include <vector>

#include "lenet/layer.h"

namespace lenet {

/// 0 where a layer of the library holds a parameter at 0, 1 elsewhere; empty if it holds none, and
/// for a layer of the user, whose constrain() may be of any kind.
std::vector<float> mask_of(const Layer& layer, std::int64_t parameters);

}  // namespace lenet
