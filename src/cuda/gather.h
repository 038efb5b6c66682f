// Images of a batch, one a lane.
#pragma once

#include "base/pixel_formula.h"
#include "cuda/divisor.h"
#include "cuda/kernel.h"
#include "data/integer_change.h"
#include "lenet/label.h"

namespace lenet::cuda {

/// x[pixel][n] = image order[n] over 255, standardised by channels. A thread: kPixels pixels of one
/// image; the first task brings the labels too.
struct GatherBytes {
  static constexpr int kPixels = 16;

  const std::uint8_t* pixels;  ///< of all images, `size` an image
  const Label* classes;        ///< of all images; null where there are none
  const std::int32_t* order;
  std::int64_t size;            ///< bytes of an image
  Divisor plane;                ///< bytes of a channel
  const float* mean;            ///< a channel each; null: not standardised
  const float* scale;           ///< one over the deviation
  std::int64_t images, stride;  ///< images: those that are not blank; stride: N
  float* x;
  Label* labels;

  ImageGrid grid() const { return {pieces(size, kPixels), stride}; }

  LENET_HOST_DEVICE void operator()(std::int64_t task, std::int64_t image) const {
    const bool blank = image >= images;
    const std::int64_t index = blank ? 0 : order[image];
    const std::uint8_t* from = pixels + index * size;
    std::uint8_t bytes[kPixels];  // all are read before the first is written
    LENET_UNROLL for (int k = 0; k < kPixels; ++k) {
      const std::int64_t i = first(task) + k;
      bytes[k] = i < size ? from[i] : std::uint8_t{0};
    }
    LENET_UNROLL for (int k = 0; k < kPixels; ++k) {
      const std::int64_t i = first(task) + k;
      if (i < size) x[i * stride + image] = blank ? 0.0f : value(bytes[k], channel_of(i));
    }
    if (task == 0 && classes) labels[image] = blank ? Label{0} : classes[index];
  }

  LENET_HOST_DEVICE std::int64_t first(std::int64_t task) const { return task * kPixels; }
  LENET_HOST_DEVICE std::int64_t last(std::int64_t task) const {
    const std::int64_t end = (task + 1) * kPixels;
    return end < size ? end : size;
  }

  LENET_HOST_DEVICE std::int64_t channel_of(std::int64_t i) const {
    return plane.divide(static_cast<std::uint32_t>(i)).quotient;
  }

  LENET_HOST_DEVICE float value(std::uint8_t byte, std::int64_t channel) const {
    const float v = pixel_value(byte);
    return mean ? standardised(v, mean[channel], scale[channel]) : v;
  }
};

/// The same of images changed by augmentation.
struct GatherChanged {
  GatherBytes s;
  const IntegerChange* changes;  ///< of order[0], order[1] ...
  std::int64_t height, width;

  LENET_HOST_DEVICE void operator()(std::int64_t task, std::int64_t image) const {
    if (image >= s.images) return s(task, image);
    const std::int64_t index = s.order[image];
    const IntegerChange change = changes[image];
    std::int64_t i = s.first(task), channel = s.channel_of(i);
    std::int64_t y = (i - channel * height * width) / width, x = i % width;
    for (; i < s.last(task); ++i) {
      const Plane plane{s.pixels + index * s.size + channel * height * width, height, width};
      s.x[i * s.stride + image] = s.value(change.pixel(plane, y, x), channel);
      if (++x < width) continue;
      x = 0;
      if (++y < height) continue;
      y = 0;
      ++channel;
    }
    if (task == 0 && s.classes) s.labels[image] = s.classes[index];
  }
};

/// x[i][n] = values[order[n]][i], standardised by channels. A thread: one value; the first task
/// brings the labels too.
struct GatherFloats {
  const float* values;
  const Label* classes;       ///< of all images; null: there are none, or they are there already
  const std::int32_t* order;  ///< null: image n is the n-th
  std::int64_t size;
  Divisor plane;      ///< values of a channel
  const float* mean;  ///< a channel each; null: not standardised
  const float* scale;
  std::int64_t images, stride;
  float* x;
  Label* labels;

  ImageGrid grid() const { return {size, stride}; }

  LENET_HOST_DEVICE void operator()(std::int64_t task, std::int64_t image) const {
    const bool blank = image >= images;
    const std::int64_t index = blank ? 0 : (order ? order[image] : image);
    const float value = values[index * size + task];
    x[task * stride + image] = blank ? 0.0f : input(value, task);
    if (task == 0 && classes) labels[image] = blank ? Label{0} : classes[index];
  }

  LENET_HOST_DEVICE float input(float value, std::int64_t i) const {
    if (!mean) return value;
    const auto channel = plane.divide(static_cast<std::uint32_t>(i)).quotient;
    return standardised(value, mean[channel], scale[channel]);
  }
};

}  // namespace lenet::cuda
