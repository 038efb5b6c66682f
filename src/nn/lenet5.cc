// The two layers of LeNet-5 that later networks left out.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "lenet/error.h"
#include "lenet/layers.h"
#include "nn/window.h"

namespace lenet {
namespace {

constexpr std::int64_t kOutputs = 16, kInputs = 6, kTaps = 25;

/// Inputs of each output, a bit each: LeCun, Bottou, Bengio, Haffner 1998, table I.
constexpr std::array<unsigned, kOutputs> kConnected = {
    0b000111, 0b001110, 0b011100, 0b111000, 0b110001, 0b100011, 0b001111, 0b011110,
    0b111100, 0b111001, 0b110011, 0b100111, 0b011011, 0b110110, 0b101101, 0b111111};

}  // namespace

Shape LeNet5C3::infer(const Shape& input) {
  require_image(input, text());
  if (input[0] != kInputs) {
    throw Error(ErrorKind::kUsage, fmt::format("LeNet5C3: input has shape {}, want {} channels",
                                               to_string(input), kInputs));
  }
  return Conv2d::infer(input);
}

void LeNet5C3::constrain(std::span<float> parameters) const {
  float* weight = parameters.data();
  for (std::int64_t o = 0; o < kOutputs; ++o) {
    for (std::int64_t c = 0; c < kInputs; ++c, weight += kTaps) {
      if (!(kConnected[static_cast<std::size_t>(o)] >> c & 1)) std::fill_n(weight, kTaps, 0.0f);
    }
  }
}

Shape Affine2d::infer(const Shape& input) {
  require_image(input, text());
  return inferred(input, input);
}

std::vector<ParameterInfo> Affine2d::parameters() const {
  using Kind = ParameterInfo::Kind;
  return {{.name = "weight", .shape = {channels()}, .initial = 1, .kind = Kind::kOther},
          {.name = "bias", .shape = {channels()}, .kind = Kind::kBias}};
}

}  // namespace lenet
