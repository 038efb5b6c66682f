// Pixels standardised before the first layer.
#pragma once

#include <cstdint>

#include "lenet/sequential.h"

namespace lenet {

/// x = (x - mean) / deviation, channel by channel, where x holds `size` values of `lanes` floats
/// each; the division is by multiplication with the reciprocal.
void standardize(const Normalization& normalization, std::int64_t size, std::int64_t lanes,
                 float* x);

}  // namespace lenet
