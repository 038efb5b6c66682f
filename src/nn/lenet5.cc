// The two layers of LeNet-5 that later networks left out.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "kernels/batch_norm.h"
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

void zero_unconnected(float* weight) {
  for (std::int64_t o = 0; o < kOutputs; ++o) {
    for (std::int64_t c = 0; c < kInputs; ++c, weight += kTaps) {
      if (!(kConnected[static_cast<std::size_t>(o)] >> c & 1)) std::fill_n(weight, kTaps, 0.0f);
    }
  }
}

}  // namespace

/// Whose weights are 0 where nothing is connected.
Operation LeNet5C3::operation() const {
  return Conv2dOp{{options().kernel, options().stride, options().padding}};
}

Shape LeNet5C3::infer(const Shape& input) {
  require_image(input, text());
  if (input[0] != kInputs) {
    throw Error(ErrorKind::kUsage, fmt::format("LeNet5C3: input has shape {}, want {} channels",
                                               to_string(input), kInputs));
  }
  return Conv2d::infer(input);
}

void LeNet5C3::constrain(std::span<float> parameters) const { zero_unconnected(parameters.data()); }

void LeNet5C3::backward(const BackwardPass& pass) const {
  Conv2d::backward(pass);
  zero_unconnected(pass.dparameters.data());
}

Operation Affine2d::operation() const { return AffineOp(); }

Shape Affine2d::infer(const Shape& input) {
  require_image(input, text());
  return input_ = input;
}

std::vector<ParameterInfo> Affine2d::parameters() const {
  using Kind = ParameterInfo::Kind;
  return {{.name = "weight", .shape = {input_[0]}, .initial = 1, .kind = Kind::kOther},
          {.name = "bias", .shape = {input_[0]}, .kind = Kind::kBias}};
}

void Affine2d::forward(const ForwardPass& pass) const {
  const float* weight = pass.parameters.data();
  for (std::int64_t c = 0; c < input_[0]; ++c) {
    const float zero = 0, one = 1;
    const std::int64_t at = c * input_[1] * input_[2] * kPack;
    kernels::batch_norm_forward({1, input_[1] * input_[2]},
                                {&zero, &one, weight + c, weight + input_[0] + c}, pass.x + at,
                                pass.y + at);
  }
}

void Affine2d::backward(const BackwardPass& pass) const {
  const std::int64_t channels = input_[0], positions = input_[1] * input_[2];
  const float* weight = pass.parameters.data();
  for (std::int64_t c = 0; c < channels; ++c) {
    const float zero = 0, one = 1;
    const kernels::ChannelScaling by{&zero, &one, weight + c, &zero};
    const std::int64_t at = c * positions * kPack;
    if (pass.trains) {
      float* dweight = pass.dparameters.data() + c;
      kernels::batch_norm_sums({1, positions}, by, pass.x + at, pass.dy + at, dweight + channels,
                               dweight);
    }
    if (!pass.dx) continue;
    kernels::batch_norm_backward({1, positions}, pass.images, by, &zero, &zero, pass.x + at,
                                 pass.dy + at, pass.dx + at);
  }
}

}  // namespace lenet
