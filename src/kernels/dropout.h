// Random zeros for one pack.
#pragma once

#include <cstdint>

#include "lenet/random.h"

namespace lenet::kernels {

/// y = x / (1 - p), or 0 with probability p; every element of every image draws on its own, from
/// Philox4x32-10 at (element / 4, image, step, stage), so that the backward pass draws the same
/// again. x and y: (elements, kPack); y may be x.
void dropout(double p, const RandomPlace& place, std::int64_t elements, const float* x, float* y);

}  // namespace lenet::kernels
