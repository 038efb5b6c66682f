#include "nn/mask.h"

#include "nn/user_layer.h"

namespace lenet {

std::vector<ParameterRange> held_at_zero(const Layer& layer, std::int64_t parameters) {
  if (is_user_layer(layer)) return {};
  std::vector<float> ones(static_cast<std::size_t>(parameters), 1.0f);
  layer.constrain(ones);
  std::vector<ParameterRange> zeros;
  for (std::int64_t i = 0; i < parameters; ++i) {
    if (ones[static_cast<std::size_t>(i)] != 0) continue;
    if (zeros.empty() || zeros.back().last != i) zeros.push_back({i, i});
    zeros.back().last = i + 1;
  }
  return zeros;
}

}  // namespace lenet
