// From outputs to probabilities.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>

namespace lenet {

/// Each value becomes e^(value - largest) over their sum.
inline void softmax(std::span<float> values) {
  const float largest = *std::ranges::max_element(values);
  float sum = 0;
  for (float& value : values) sum += value = std::exp(value - largest);
  for (float& value : values) value /= sum;
}

}  // namespace lenet
