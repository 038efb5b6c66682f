// Scaling by channels: BatchNorm and Affine2d.
#pragma once

#include "base/norm_formula.h"
#include "cuda/activation.h"
#include "cuda/kernel.h"

namespace lenet::cuda {

/// Values by channels, of which the last images are blank: they count for nothing.
struct ChannelSizes {
  std::int64_t channels, positions;
  std::int64_t images, stride;  ///< images: those that are not blank; stride: N

  /// Parts that the positions of a channel are cut into, and the positions of one.
  LENET_HOST_DEVICE std::int64_t parts() const { return positions < 32 ? positions : 32; }
  LENET_HOST_DEVICE std::int64_t first_position(std::int64_t part) const {
    return part * positions / parts();
  }
};

/// (x - mean) * inverse is normalised; times scale, plus shift, is the output. A float a channel.
struct ChannelScaling {
  const float* mean;
  const float* inverse;
  const float* scale;
  const float* shift;
};

/// What a BatchNorm layer is laid out as: by parts, a float a channel each.
struct NormLayout {
  enum Part { kMean, kInverse, kScale, kShift, kMeanDy, kMeanProduct, kParts };

  float* values;
  std::int64_t channels;

  LENET_HOST_DEVICE float* part(Part p) const { return values + p * channels; }
  LENET_HOST_DEVICE ChannelScaling scaling() const {
    return {part(kMean), part(kInverse), part(kScale), part(kShift)};
  }
};

/// Sums of two functions over a part of a channel's values, a block each: the statistics of the
/// forward pass or the sums of the backward pass.
struct ChannelSum {
  static constexpr int kThreads = 128;
  using Tree = TreeSum<kThreads>;
  struct Registers {};

  ChannelSizes s;

  std::int64_t blocks() const { return s.channels * s.parts(); }
  int shared_floats() const { return 4 * kThreads; }  // two doubles a thread

  LENET_HOST_DEVICE static double* sums(const BlockThread& at) {
    return reinterpret_cast<double*>(at.shared);
  }
  LENET_HOST_DEVICE std::int64_t channel(const BlockThread& at) const {
    return at.block % s.channels;
  }
  LENET_HOST_DEVICE std::int64_t part(const BlockThread& at) const { return at.block / s.channels; }

  /// Calls f(place) for this thread's values.
  template <class F>
  LENET_HOST_DEVICE void for_each_value(const BlockThread& at, F f) const {
    const std::int64_t last = s.first_position(part(at) + 1);
    for (std::int64_t p = s.first_position(part(at)); p < last; ++p) {
      const std::int64_t row = (channel(at) * s.positions + p) * s.stride;
      for (std::int64_t n = at.thread; n < s.images; n += kThreads) f(row + n);
    }
  }

  LENET_HOST_DEVICE double count(const BlockThread& at) const {
    return static_cast<double>((s.first_position(part(at) + 1) - s.first_position(part(at))) *
                               s.images);
  }

  /// A phase of the sums of dy * normalised(place) and of dy: to parts[part][0][channel] and
  /// parts[part][1][channel].
  template <class F>
  LENET_HOST_DEVICE void sum_gradients(int phase, const BlockThread& at, const float* dy,
                                       F normalised, float* parts) const {
    double* of_products = sums(at);
    double* of_dy = of_products + kThreads;
    if (phase == 0) {
      double product = 0, sum = 0;
      for_each_value(at, [&](std::int64_t i) {
        product += static_cast<double>(dy[i] * normalised(i));
        sum += static_cast<double>(dy[i]);
      });
      of_products[at.thread] = product;
      of_dy[at.thread] = sum;
    } else if (phase <= Tree::kSteps) {
      Tree::halve(phase - 1, at.thread, of_products);
      Tree::halve(phase - 1, at.thread, of_dy);
    } else if (at.thread == 0) {
      float* to = parts + part(at) * 2 * s.channels + channel(at);
      to[0] = static_cast<float>(of_products[0]);
      to[s.channels] = static_cast<float>(of_dy[0]);
    }
  }
};

/// Mean and squared deviations from it: parts[part][0][channel] and parts[part][1][channel].
struct ChannelStatistics : ChannelSum {
  const float* x;
  float* parts;

  LENET_HOST_DEVICE int phases() const { return 2 * (Tree::kSteps + 1) + 1; }

  LENET_HOST_DEVICE void phase(int phase, const BlockThread& at, Registers&) const {
    constexpr int kHalf = Tree::kSteps + 1;
    double* of_values = sums(at);
    double* of_squares = of_values + kThreads;
    if (phase == 0) {
      double sum = 0;
      for_each_value(at, [&](std::int64_t i) { sum += static_cast<double>(x[i]); });
      of_values[at.thread] = sum;
    } else if (phase < kHalf) {
      Tree::halve(phase - 1, at.thread, of_values);
    } else if (phase == kHalf) {
      const double mean = of_values[0] / count(at);
      double sum = 0;
      for_each_value(at, [&](std::int64_t i) {
        const double deviation = static_cast<double>(x[i]) - mean;
        sum += deviation * deviation;
      });
      of_squares[at.thread] = sum;
    } else if (phase < 2 * kHalf) {
      Tree::halve(phase - kHalf - 1, at.thread, of_squares);
    } else if (at.thread == 0) {
      float* to = parts + part(at) * 2 * s.channels + channel(at);
      to[0] = static_cast<float>(of_values[0] / count(at));
      to[s.channels] = static_cast<float>(of_squares[0]);
    }
  }
};

/// The sums of dy * normalised x and of dy: the gradients by weight and bias, in the same places.
struct ChannelGradients : ChannelSum {
  const float* x;
  const float* dy;
  ChannelScaling by;
  float* parts;

  LENET_HOST_DEVICE int phases() const { return Tree::kSteps + 2; }

  LENET_HOST_DEVICE void phase(int phase, const BlockThread& at, Registers&) const {
    const float mean = by.mean[channel(at)], inverse = by.inverse[channel(at)];
    sum_gradients(
        phase, at, dy, [&](std::int64_t i) { return (x[i] - mean) * inverse; }, parts);
  }
};

/// What a BatchNorm normalises by. One thread a channel: task * kWarp + image.
struct NormPreparation {
  ChannelSizes s;
  double eps, momentum;
  const float* weight;  ///< null without affine, then bias too
  const float* bias;
  float* running;      ///< means, then variances
  const float* parts;  ///< ChannelStatistics'; null in evaluation
  NormLayout layout;

  LENET_HOST_DEVICE void operator()(std::int64_t task, std::int64_t image) const {
    const std::int64_t c = task * kWarp + image;
    if (c >= s.channels) return;
    float* mean = running + c;
    float* variance = running + s.channels + c;
    if (!parts) return lay_out(c, static_cast<double>(*mean), static_cast<double>(*variance));
    PooledStatistics batch;
    for (std::int64_t part = 0; part < s.parts(); ++part) {
      const float* of_part = parts + part * 2 * s.channels + c;
      batch.add(
          of_part[0], of_part[s.channels],
          static_cast<double>((s.first_position(part + 1) - s.first_position(part)) * s.images));
    }
    lay_out(c, batch.mean, batch.variance());
    *mean = moved_statistic(*mean, batch.mean, momentum);
    *variance = moved_statistic(*variance, batch.unbiased_variance(), momentum);
  }

  LENET_HOST_DEVICE void lay_out(std::int64_t c, double mean, double variance) const {
    const NormScaling by =
        norm_scaling(mean, variance, eps, weight ? weight[c] : 1.0f, bias ? bias[c] : 0.0f);
    layout.part(NormLayout::kMean)[c] = by.mean;
    layout.part(NormLayout::kInverse)[c] = by.inverse;
    layout.part(NormLayout::kScale)[c] = by.scale;
    layout.part(NormLayout::kShift)[c] = by.shift;
  }
};

/// The means over the batch of what ChannelGradients summed. One thread a channel, as above.
struct NormGradientMeans {
  ChannelSizes s;
  const float* parts;
  NormLayout layout;

  LENET_HOST_DEVICE void operator()(std::int64_t task, std::int64_t image) const {
    const std::int64_t c = task * kWarp + image;
    if (c >= s.channels) return;
    double product = 0, sum = 0;
    for (std::int64_t part = 0; part < s.parts(); ++part) {
      product += static_cast<double>(parts[part * 2 * s.channels + c]);
      sum += static_cast<double>(parts[part * 2 * s.channels + s.channels + c]);
    }
    const auto count = static_cast<double>(s.images * s.positions);
    layout.part(NormLayout::kMeanProduct)[c] = static_cast<float>(product / count);
    layout.part(NormLayout::kMeanDy)[c] = static_cast<float>(sum / count);
  }
};

/// y = activation((x - mean) * scale + shift). A thread: one value.
struct ChannelForward {
  ChannelSizes s;
  ChannelScaling by;
  Function activation;
  const float* x;
  float* y;

  LENET_HOST_DEVICE void operator()(std::int64_t task, std::int64_t image) const {
    const std::int64_t c = task / s.positions, at = task * s.stride + image;
    y[at] = value_in_place(activation, (x[at] - by.mean[c]) * by.scale[c] + by.shift[c]);
  }
};

/// dx = scale * (dy - mean of dy - normalised x * mean of dy * normalised x). A thread: one value.
struct ChannelBackward {
  ChannelSizes s;
  ChannelScaling by;
  const float* mean_dy;
  const float* mean_product;
  const float* x;
  const float* dy;
  float* dx;
  Derivative derivative;

  LENET_HOST_DEVICE void operator()(std::int64_t task, std::int64_t image) const {
    const std::int64_t c = task / s.positions, at = task * s.stride + image;
    const float normalised = (x[at] - by.mean[c]) * by.inverse[c];
    const float gradient = by.scale[c] * (dy[at] - mean_dy[c] - normalised * mean_product[c]);
    dx[at] = image < s.images ? derivative.of(gradient, at) : 0.0f;
  }
};

}  // namespace lenet::cuda
