// The number of inputs that PyTorch's layers name, checked against what arrives.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "lenet/shape.h"

namespace lenet {

/// Throws Error (kUsage), "nn.Linear(400, 120): 400 input features, but 256 arrive", unless `named`
/// is 0 or the first size of `input`. text: the layer's own, without that number. what: "features".
void require_inputs(std::int64_t named, const Shape& input, std::string text,
                    std::string_view what);

}  // namespace lenet
