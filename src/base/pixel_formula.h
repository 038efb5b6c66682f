// What a pixel counts as, for the CPU, the card and exports.
#pragma once

#include <cstdint>

#include "base/host_device.h"

namespace lenet {

LENET_HOST_DEVICE inline float pixel_value(std::uint8_t byte) {
  return static_cast<float>(byte) / 255.0f;
}

/// (value - mean) / deviation, by `scale`, which is 1 / deviation.
LENET_HOST_DEVICE inline float standardised(float value, float mean, float scale) {
  return (value - mean) * scale;
}

}  // namespace lenet
