// What a normalisation over a batch computes for each channel, for the CPU and the card.
#pragma once

#include <cmath>

#include "base/host_device.h"

namespace lenet {

/// Mean and squared deviations of values that come part by part (Chan, Golub, LeVeque 1979).
struct PooledStatistics {
  double mean = 0, squares = 0, count = 0;

  /// A part of n values: their mean, and the sum of their squared deviations from it.
  LENET_HOST_DEVICE void add(float part_mean, float part_squares, double n) {
    const double step = static_cast<double>(part_mean) - mean;
    mean += step * n / (count + n);
    squares += static_cast<double>(part_squares) + step * step * count * n / (count + n);
    count += n;
  }

  LENET_HOST_DEVICE double variance() const { return squares / count; }
  LENET_HOST_DEVICE double unbiased_variance() const { return squares / (count - 1); }
};

/// A running statistic, moved towards the batch's.
LENET_HOST_DEVICE inline float moved_statistic(float running, double batch, double momentum) {
  return static_cast<float>((1 - momentum) * static_cast<double>(running) + momentum * batch);
}

/// y = (x - mean) * scale + shift, and inverse = 1 / sqrt(variance + eps).
struct NormScaling {
  float mean, inverse, scale, shift;
};

LENET_HOST_DEVICE inline NormScaling norm_scaling(double mean, double variance, double eps,
                                                  float weight, float bias) {
  const double inverse = 1 / std::sqrt(variance + eps);
  return {static_cast<float>(mean), static_cast<float>(inverse),
          static_cast<float>(inverse * static_cast<double>(weight)), bias};
}

}  // namespace lenet
