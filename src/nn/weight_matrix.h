// What Conv2d and Linear share: a weight of (outputs, columns) with an optional bias behind it.
#pragma once

#include <cstdint>
#include <vector>

#include "lenet/layer.h"

namespace lenet {

/// Sizes of a weight whose rows belong to the outputs.
struct WeightMatrix {
  std::int64_t outputs;
  std::int64_t columns;  ///< inputs that an output sums: PyTorch's fan_in
  bool bias;

  std::int64_t size() const { return outputs * columns; }
};

/// The weight of the given shape and the bias, with PyTorch's default bounds:
/// kaiming_uniform_(a=sqrt(5)) for the weight, 1 / sqrt(fan_in) for the bias.
std::vector<ParameterInfo> weight_and_bias(const WeightMatrix& matrix, const Shape& weight_shape);

}  // namespace lenet
