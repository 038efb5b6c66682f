#include "nn/mask.h"

#include <algorithm>

#include "nn/user_layer.h"

namespace lenet {

std::vector<float> mask_of(const Layer& layer, std::int64_t parameters) {
  if (is_user_layer(layer)) return {};
  std::vector<float> mask(static_cast<std::size_t>(parameters), 1.0f);
  layer.constrain(mask);
  if (std::ranges::find(mask, 0.0f) == mask.end()) mask.clear();
  return mask;
}

}  // namespace lenet
