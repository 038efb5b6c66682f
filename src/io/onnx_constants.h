// The nodes of an ONNX graph whose values do not depend on the images.
#pragma once

#include <map>
#include <optional>
#include <string_view>

#include "io/onnx_operator.h"

namespace lenet::onnx {

/// The shapes of the values between the layers by name, the batch (-1: free) in front.
using ValueShapes = std::map<std::string_view, Shape>;

/// What the node gives where that is a constant: of Constant and Identity, of Transpose of a
/// weight, and of Shape, Gather, Unsqueeze, Concat and Cast, by which PyTorch writes the integers
/// of x.view(x.size(0), -1). Nothing for another node. Throws Error (kBadInput).
std::optional<Tensor> constant_of(const Node& node, const Constants& constants,
                                  const ValueShapes& shapes);

}  // namespace lenet::onnx
