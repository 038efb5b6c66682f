// The class of an image, as a number.
#pragma once

#include <cstdint>

#include "lenet/export.h"

namespace LENET_PUBLIC lenet {

/// From 0.
using Label = std::uint16_t;

inline constexpr std::int64_t kMostClasses = 65'536;

}  // namespace lenet
