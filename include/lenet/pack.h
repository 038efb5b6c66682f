// The pack: sixteen images side by side, one in each lane of the SIMD registers.
#pragma once

#include <cstdint>

#include "lenet/export.h"

namespace LENET_PUBLIC lenet {

/// Images in a pack. An activation of shape (C, H, W) is stored as (C, H, W, kPack) floats: element
/// i of the image in lane l is at i * kPack + l.
inline constexpr std::int64_t kPack = 16;

}  // namespace lenet
