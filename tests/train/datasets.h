// Small data sets for the tests of training.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <random>
#include <utility>
#include <vector>

#include "lenet/dataset.h"

namespace lenet {

/// The first `count` images of `data`.
inline Dataset first_images(const Dataset& data, std::int64_t count) {
  const std::int64_t size = element_count(data.image_shape());
  auto pixels = std::make_unique<std::uint8_t[]>(static_cast<std::size_t>(count * size));
  std::copy_n(data.image(0), count * size, pixels.get());
  return Dataset(std::move(pixels), 0, data.image_shape(),
                 {data.labels().begin(), data.labels().begin() + count}, data.classes());
}

/// Noise of the given shape in `classes` classes, each brighter than the one before.
inline Dataset noise_images(const Shape& shape, std::int64_t count, std::int64_t classes,
                            std::uint32_t seed = 1) {
  const std::int64_t size = element_count(shape);
  auto pixels = std::make_unique<std::uint8_t[]>(static_cast<std::size_t>(count * size));
  std::vector<Label> labels;
  std::mt19937 engine(seed);
  for (std::int64_t i = 0; i < count; ++i) {
    const auto label = static_cast<std::int64_t>(engine() % static_cast<std::uint32_t>(classes));
    labels.push_back(static_cast<Label>(label));
    for (std::int64_t k = 0; k < size; ++k) {
      pixels[static_cast<std::size_t>(i * size + k)] = static_cast<std::uint8_t>(
          static_cast<std::int64_t>(engine() % 128) + 127 * label / classes);
    }
  }
  return Dataset(std::move(pixels), 0, shape, std::move(labels), classes);
}

/// The same data as floats: byte / 255.
inline Dataset as_floats(const Dataset& data) {
  const std::int64_t size = element_count(data.image_shape());
  std::vector<float> values;
  for (std::int64_t i = 0; i < data.size(); ++i) {
    for (std::int64_t k = 0; k < size; ++k) {
      values.push_back(static_cast<float>(data.image(i)[k]) / 255.0f);
    }
  }
  return Dataset(FloatImages{std::move(values)}, data.image_shape(),
                 ClassTargets{{data.labels().begin(), data.labels().end()}, data.classes()});
}

/// Noise of which each target is `width` means over parts of the image, less 1.
inline FloatTargets means_of(const Dataset& noise, std::int64_t width) {
  const std::int64_t size = element_count(noise.image_shape());
  FloatTargets targets{{}, width};
  for (std::int64_t i = 0; i < noise.size(); ++i) {
    for (std::int64_t k = 0; k < width; ++k) {
      float sum = -1;
      for (std::int64_t j = k; j < size; j += width) {
        sum += static_cast<float>(noise.image(i)[j]) / 255.0f / static_cast<float>(size / width);
      }
      targets.values.push_back(sum);
    }
  }
  return targets;
}

/// Images of floats with those targets.
inline Dataset noise_with_rows(const Shape& shape, std::int64_t count, std::int64_t width) {
  const Dataset noise = noise_images(shape, count, 2), floats = as_floats(noise);
  const float* values = floats.floats(0);
  return Dataset(FloatImages{{values, values + count * element_count(shape)}}, shape,
                 means_of(noise, width));
}

/// The same images as bytes.
inline Dataset bytes_with_rows(const Shape& shape, std::int64_t count, std::int64_t width) {
  const Dataset noise = noise_images(shape, count, 2);
  const std::int64_t bytes = count * element_count(shape);
  auto pixels = std::make_unique<std::uint8_t[]>(static_cast<std::size_t>(bytes));
  std::copy_n(noise.image(0), bytes, pixels.get());
  return Dataset(ByteImages{std::move(pixels)}, shape, means_of(noise, width));
}

}  // namespace lenet
