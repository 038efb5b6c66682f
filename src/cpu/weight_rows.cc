#include "cpu/weight_rows.h"

#include <algorithm>

namespace lenet::cpu {

std::vector<UpdatePart> row_parts(const WeightMatrix& matrix, std::int64_t rows) {
  std::vector<UpdatePart> parts;
  const std::int64_t weight_size = matrix.size();
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
  return matrix.bias ? parameters.data() + matrix.size() : nullptr;
}

}  // namespace lenet::cpu
