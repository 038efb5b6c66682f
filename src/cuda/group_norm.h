// Normalisation of groups of channels, each image by itself (Wu and He 2018).
#pragma once

#include "cuda/channels.h"

namespace lenet::cuda {

/// Where the groups of each image keep mean and inverse: (groups, stride) each.
struct GroupLayout {
  float* mean;
  float* inverse;
  std::int64_t channels;  ///< of a group
};

/// A GroupNorm's gradients by weight and bias, as ChannelGradients leaves them.
struct GroupNormGradients : ChannelSum {
  const float* x;
  const float* dy;
  GroupLayout by;
  float* parts;

  LENET_HOST_DEVICE int phases() const { return Tree::kSteps + 2; }

  LENET_HOST_DEVICE void phase(int phase, const BlockThread& at, Registers&) const {
    const std::int64_t group = channel(at) / by.channels * s.stride;
    const auto normalised = [&](std::int64_t i) {
      const std::int64_t n = group + i % s.stride;
      return (x[i] - by.mean[n]) * by.inverse[n];
    };
    sum_gradients(phase, at, dy, normalised, parts);
  }
};

/// y = activation((x - mean) * inverse * weight + bias). A thread: a group of one image.
struct GroupNormForward {
  ChannelSizes s;
  double eps;
  const float* weight;  ///< null: 1
  const float* bias;    ///< null: 0
  GroupLayout layout;   ///< mean and inverse: null outside training
  Function activation;
  const float* x;
  float* y;

  LENET_HOST_DEVICE void operator()(std::int64_t group, std::int64_t image) const {
    const std::int64_t first = group * layout.channels * s.positions;
    const std::int64_t values = layout.channels * s.positions;
    double sum = 0, squares = 0;
    for (std::int64_t i = first; i < first + values; ++i) {
      sum += static_cast<double>(x[i * s.stride + image]);
    }
    const double mean = sum / static_cast<double>(values);
    for (std::int64_t i = first; i < first + values; ++i) {
      const double centred = static_cast<double>(x[i * s.stride + image]) - mean;
      squares += centred * centred;
    }
    const NormScaling by =
        norm_scaling(mean, squares / static_cast<double>(values), eps, 1.0f, 0.0f);
    if (layout.mean) {
      layout.mean[group * s.stride + image] = by.mean;
      layout.inverse[group * s.stride + image] = by.inverse;
    }
    for (std::int64_t i = first; i < first + values; ++i) {
      const std::int64_t c = i / s.positions, at = i * s.stride + image;
      const float scaled = (x[at] - by.mean) * by.inverse * (weight ? weight[c] : 1.0f);
      y[at] = value_in_place(activation, scaled + (bias ? bias[c] : 0.0f));
    }
  }
};

/// dx = inverse * (weight dy - its mean - normalised x * the mean of weight dy normalised x), over
/// the group. A thread: a group of one image.
struct GroupNormBackward {
  ChannelSizes s;
  const float* weight;  ///< null: 1
  GroupLayout by;
  const float* x;
  const float* dy;
  float* dx;
  Derivative derivative;

  LENET_HOST_DEVICE void operator()(std::int64_t group, std::int64_t image) const {
    const std::int64_t first = group * by.channels * s.positions;
    const std::int64_t values = by.channels * s.positions;
    const float mean = by.mean[group * s.stride + image];
    const float inverse = by.inverse[group * s.stride + image];
    double sum = 0, product = 0;
    for (std::int64_t i = first; i < first + values; ++i) {
      const std::int64_t at = i * s.stride + image;
      const float delta = weighted(dy[at], i);
      sum += static_cast<double>(delta);
      product += static_cast<double>(delta * ((x[at] - mean) * inverse));
    }
    const auto mean_dy = static_cast<float>(sum / static_cast<double>(values));
    const auto mean_product = static_cast<float>(product / static_cast<double>(values));
    for (std::int64_t i = first; i < first + values; ++i) {
      const std::int64_t at = i * s.stride + image;
      const float normalised = (x[at] - mean) * inverse;
      const float rest = weighted(dy[at], i) - mean_dy - normalised * mean_product;
      dx[at] = image < s.images ? derivative.of(inverse * rest, at) : 0.0f;
    }
  }

  LENET_HOST_DEVICE float weighted(float delta, std::int64_t i) const {
    return weight ? weight[i / s.positions] * delta : delta;
  }
};

}  // namespace lenet::cuda
