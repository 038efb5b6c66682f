// Values for ONNX graphs of tests, and what operators make of one image, by their definition.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <iterator>
#include <vector>

#include "lenet/shape.h"

namespace lenet::onnx_test {

using Floats = std::vector<float>;

/// Numbers from -0.5 to 0.5 without a pattern that a wrong order would keep.
inline Floats numbers(std::int64_t count, int seed = 0) {
  Floats values;
  for (std::int64_t i = 0; i < count; ++i) {
    values.push_back(static_cast<float>((i * 37 + seed * 11 + i * i * 5) % 101) / 100 - 0.5f);
  }
  return values;
}

/// An image, (channels, height, width).
struct Image {
  std::int64_t channels, height, width;
  Floats values;

  float& at(std::int64_t c, std::int64_t y, std::int64_t x) {
    return values[static_cast<std::size_t>((c * height + y) * width + x)];
  }
  float at(std::int64_t c, std::int64_t y, std::int64_t x) const {
    const bool inside = y >= 0 && y < height && x >= 0 && x < width;
    return inside ? values[static_cast<std::size_t>((c * height + y) * width + x)] : 0;
  }

  /// The same pixels as (height, width, channels).
  Floats channels_last() const {
    Floats last;
    for (std::int64_t y = 0; y < height; ++y) {
      for (std::int64_t x = 0; x < width; ++x) {
        for (std::int64_t c = 0; c < channels; ++c) last.push_back(at(c, y, x));
      }
    }
    return last;
  }
};

struct Pads {
  std::int64_t top = 0, left = 0, bottom = 0, right = 0;
};

/// Conv of a weight (out, channels, kernel, kernel).
inline Image conv(const Image& image, const Floats& weight, const Floats& bias, std::int64_t kernel,
                  std::int64_t stride = 1, const Pads& pads = {}) {
  Image out{std::ssize(bias), (image.height + pads.top + pads.bottom - kernel) / stride + 1,
            (image.width + pads.left + pads.right - kernel) / stride + 1, Floats()};
  for (std::int64_t o = 0; o < out.channels; ++o) {
    for (std::int64_t y = 0; y < out.height; ++y) {
      for (std::int64_t x = 0; x < out.width; ++x) {
        float sum = bias[static_cast<std::size_t>(o)];
        for (std::int64_t c = 0; c < image.channels; ++c) {
          for (std::int64_t i = 0; i < kernel * kernel; ++i) {
            const auto w = ((o * image.channels + c) * kernel * kernel) + i;
            sum += weight[static_cast<std::size_t>(w)] *
                   image.at(c, y * stride - pads.top + i / kernel,
                            x * stride - pads.left + i % kernel);
          }
        }
        out.values.push_back(sum);
      }
    }
  }
  return out;
}

/// MatMul of one row with a weight (in, out), and Add.
inline Floats dense(const Floats& row, const Floats& weight, const Floats& bias) {
  Floats out = bias;
  for (std::size_t i = 0; i < row.size(); ++i) {
    for (std::size_t o = 0; o < out.size(); ++o) out[o] += row[i] * weight[i * out.size() + o];
  }
  return out;
}

/// The mean of each channel.
inline Floats means(const Image& image) {
  const std::int64_t places = image.height * image.width;
  Floats all;
  for (std::int64_t c = 0; c < image.channels; ++c) {
    float sum = 0;
    for (std::int64_t i = 0; i < places; ++i) sum += image.at(c, i / image.width, i % image.width);
    all.push_back(sum / static_cast<float>(places));
  }
  return all;
}

inline void expect_near(const Floats& got, const Floats& want) {
  ASSERT_EQ(got.size(), want.size());
  for (std::size_t i = 0; i < want.size(); ++i) EXPECT_NEAR(got[i], want[i], 1e-5f) << i;
}

}  // namespace lenet::onnx_test
