#include "export/int8_input.h"

#include <algorithm>
#include <cmath>

#include "base/pixel_formula.h"
#include "nn/standardize.h"

namespace lenet {
namespace {

/// Calls f(channel, element) for each element of an image of so many channels.
template <class F>
std::vector<std::int8_t> for_each_element(std::size_t channels, std::int64_t count, F f) {
  std::vector<std::int8_t> values(static_cast<std::size_t>(count));
  const std::size_t plane = values.size() / channels;
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = f(i / plane, i);
  return values;
}

/// Behind the multiplication comes no sum that a C compiler could join with it.
std::int8_t quantized(float x, float mean, float steps, std::int32_t zero) {
  const float q = std::round((x - mean) * steps) + static_cast<float>(zero);
  return static_cast<std::int8_t>(q > 127 ? 127.0f : q > -128 ? q : -128.0f);
}

}  // namespace

std::vector<std::int8_t> Int8Input::of(const std::uint8_t* image, std::int64_t count) const {
  return for_each_element(pixels.size(), count,
                          [&](std::size_t c, std::size_t i) { return pixels[c][image[i]]; });
}

std::vector<std::int8_t> Int8Input::of(const float* image, std::int64_t count) const {
  return for_each_element(mean.size(), count, [&](std::size_t c, std::size_t i) {
    return quantized(image[i], mean[c], steps[c], zero);
  });
}

Int8Input input_of_bytes(const Normalization& n, const Affine8& scale) {
  Int8Input input;
  const std::size_t channels = std::max<std::size_t>(1, n.mean.size());
  input.pixels.resize(channels);
  for (std::size_t byte = 0; byte < 256; ++byte) {
    std::vector<float> x(channels, pixel_value(static_cast<std::uint8_t>(byte)));
    standardize(n, std::ssize(x), 1, x.data());
    for (std::size_t c = 0; c < channels; ++c) {
      input.pixels[c][byte] = scale.quantize(static_cast<double>(x[c]));
    }
  }
  return input;
}

Int8Input input_of_numbers(const Normalization& n, const Affine8& scale) {
  Int8Input input{.mean = n.mean, .zero = scale.zero};
  if (n.mean.empty()) input.mean = {0.0f};
  for (std::size_t c = 0; c < input.mean.size(); ++c) {
    const double deviation = n.mean.empty() ? 1 : static_cast<double>(n.deviation[c]);
    input.steps.push_back(static_cast<float>(1 / (deviation * scale.scale)));
  }
  return input;
}

}  // namespace lenet
