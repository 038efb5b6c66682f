// Sums of gradients, and the optimizer, on spans of parameters.
#pragma once

#include <cstdint>
#include <span>

namespace lenet {

/// sum = slot 0 + slot 1 + ... in that order, on top of sum itself if `accumulate`. Slot i starts
/// at slots + i * stride.
void sum_slots(const float* slots, std::int64_t stride, std::int64_t count, bool accumulate,
               std::span<float> sum);

/// parameters -= lr * dparameters.
void sgd(float lr, const float* dparameters, std::span<float> parameters);

}  // namespace lenet
