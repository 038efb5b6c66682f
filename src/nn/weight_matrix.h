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
};

/// The weight of the given shape and the bias, with PyTorch's default bounds:
/// kaiming_uniform_(a=sqrt(5)) for the weight, 1 / sqrt(fan_in) for the bias.
std::vector<ParameterInfo> weight_and_bias(const WeightMatrix& matrix, const Shape& weight_shape);

/// Parts of at most `rows` rows each, none of which crosses a multiple of kPack rows.
std::vector<UpdatePart> row_parts(const WeightMatrix& matrix, std::int64_t rows);

/// The weight, or the bias (null without one), within a layer's parameters.
const float* weight_of(std::span<const float> parameters);
const float* bias_of(const WeightMatrix& matrix, std::span<const float> parameters);

}  // namespace lenet
