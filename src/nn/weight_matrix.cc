#include "nn/weight_matrix.h"

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

}  // namespace lenet
