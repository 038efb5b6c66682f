// Operators of ONNX that take each number by itself.
#pragma once

#include <cstddef>
#include <string_view>

#include "io/onnx_operator.h"

namespace lenet::onnx {

/// It sees three operands; of those that the node does not have the lower bound of a Clip is
/// -infinity, and the upper infinity.
struct Elementwise {
  std::string_view op;
  std::size_t least, most;  ///< operands
  double (*value)(const Operator& o, const double* x);
};

/// That of a node of one output; null if it is none, or has other operands.
const Elementwise* find_elementwise(const Node& node);

}  // namespace lenet::onnx
