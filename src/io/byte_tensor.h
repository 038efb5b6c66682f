// A safetensors file of one tensor of bytes.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "lenet/shape.h"

namespace lenet {

/// values: as many as the shape says.
std::string serialise_bytes(const std::string& name, const Shape& shape,
                            std::span<const std::uint8_t> values);

}  // namespace lenet
