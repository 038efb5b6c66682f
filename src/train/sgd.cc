#include "train/sgd.h"

#include <algorithm>

namespace lenet {

void sum_slots(const float* slots, std::int64_t stride, std::int64_t count, bool accumulate,
               std::span<float> sum) {
  if (!accumulate) std::fill(sum.begin(), sum.end(), 0.0f);
  for (std::int64_t slot = 0; slot < count; ++slot, slots += stride) {
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += slots[i];
  }
}

void sgd(float lr, const float* dparameters, std::span<float> parameters) {
  for (std::size_t i = 0; i < parameters.size(); ++i) parameters[i] -= lr * dparameters[i];
}

}  // namespace lenet
