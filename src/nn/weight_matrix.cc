#include "nn/weight_matrix.h"

#include <algorithm>
#include <cmath>

namespace lenet {

std::vector<ParameterInfo> weight_and_bias(const WeightMatrix& matrix, const Shape& weight_shape) {
  const double fan_in = static_cast<double>(matrix.columns);
  const double gain = std::sqrt(2.0 / (1.0 + 5.0));
  std::vector<ParameterInfo> infos = {{.name = "weight",
                                       .shape = weight_shape,
                                       .bound = std::sqrt(3.0) * (gain / std::sqrt(fan_in)),
                                       .kind = ParameterInfo::Kind::kWeight}};
  if (matrix.bias) {
    infos.push_back({.name = "bias",
                     .shape = {matrix.outputs},
                     .bound = 1 / std::sqrt(fan_in),
                     .kind = ParameterInfo::Kind::kBias});
  }
  return infos;
}

std::vector<UpdatePart> row_parts(const WeightMatrix& matrix, std::int64_t rows) {
  std::vector<UpdatePart> parts;
  const std::int64_t weight_size = matrix.outputs * matrix.columns;
  for (std::int64_t first = 0; first < matrix.outputs;) {
    const std::int64_t panel_end = (first / kPack + 1) * kPack;
    const std::int64_t last = std::min({first + rows, panel_end, matrix.outputs});
    UpdatePart part{.first_row = first,
                    .last_row = last,
                    .weight = {first * matrix.columns, last * matrix.columns},
                    .bias = {}};
    if (matrix.bias) part.bias = {weight_size + first, weight_size + last};
    parts.push_back(part);
    first = last;
  }
  return parts;
}

const float* weight_of(std::span<const float> parameters) { return parameters.data(); }

const float* bias_of(const WeightMatrix& matrix, std::span<const float> parameters) {
  return matrix.bias ? parameters.data() + matrix.outputs * matrix.columns : nullptr;
}

}  // namespace lenet
