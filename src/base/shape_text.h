// Shapes as text.
#pragma once

#include <optional>
#include <string_view>

#include "lenet/shape.h"

namespace lenet {

/// What to_string() gives, "1x28x28": at most eight sizes of 1 or more in decimal digits. Nothing
/// for other text.
std::optional<Shape> parse_shape(std::string_view text);

}  // namespace lenet
