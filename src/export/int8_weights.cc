#include "export/int8_weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "export/c_source.h"

namespace lenet {
namespace {

/// A bias takes at most half of a sum's 32 bits, the products share the other half.
constexpr double kMostBias = 1 << 30;

/// What one step of a channel's weights is worth; above the finest where the bias would not fit.
double weight_scale(std::span<const float> row, double bias, double input_scale) {
  double most = 0;
  for (const float w : row) most = std::max(most, std::abs(static_cast<double>(w)));
  const double scale = std::max(most / 127, std::abs(bias) / (input_scale * kMostBias));
  return scale > 0 ? scale : 1;
}

}  // namespace

Int8Weights::Int8Weights(const InferenceNode& node, const Affine8& in) : zero_in(in.zero) {
  const auto row = static_cast<std::size_t>(row_size(node));
  for (std::size_t c = 0; c * row < node.weight.size(); ++c) {
    const std::span channel(node.weight.data() + c * row, row);
    const double b = node.bias.empty() ? 0 : static_cast<double>(node.bias[c]);
    const double scale = weight_scale(channel, b, in.scale);
    for (const float w : channel) {
      weight.push_back(static_cast<std::int8_t>(std::lround(static_cast<double>(w) / scale)));
    }
    bias.push_back(static_cast<std::int32_t>(std::lround(b / (scale * in.scale))));
    sum_scale.push_back(scale * in.scale);
  }
}

Int16s Int8Weights::centred(const Int8s& x) const {
  Int16s result;
  result.reserve(x.size());
  for (const std::int8_t v : x) result.push_back(static_cast<std::int16_t>(v - zero_in));
  return result;
}

Int8WeightedOperation::Int8WeightedOperation(const InferenceNode& node, Int8Weights weights,
                                             const Affine8& out)
    : Int8Operation(node), weights_(std::move(weights)), zero_out_(out.zero) {
  for (const double scale : weights_.sum_scale) {
    rescaling_.push_back(Rescaling::by(scale / out.scale));
  }
}

Int8s Int8WeightedOperation::run(const Inputs<std::int8_t>& x) const {
  const Int32s s = sums(weights_.centred(*x[0]));
  const std::size_t positions = s.size() / rescaling_.size();
  Int8s y;
  y.reserve(s.size());
  for (std::size_t i = 0; i < s.size(); ++i) {
    y.push_back(rescaling_[i / positions].apply(s[i], zero_out_));
  }
  return y;
}

std::string Int8WeightedOperation::write_weights(CSource& c) const {
  std::vector<std::string> channels;
  for (std::size_t o = 0; o < rescaling_.size(); ++o) {
    channels.push_back(fmt::format("{{{}, {}, {}}}", weights_.bias[o], rescaling_[o].multiplier,
                                   rescaling_[o].shift));
  }
  const std::string name = c_name(node());
  c.array("int8_t", "weight" + name, weights_.weight);
  c.array("Channel", "channels" + name, channels, 12 * std::ssize(channels));
  return fmt::format("weight{0}, channels{0}, {1}, {2}", name, weights_.zero_in, zero_out_);
}

std::string write_float_weights(const InferenceNode& node, CSource& c) {
  const std::string name = c_name(node);
  c.array("float", "weight" + name, node.weight);
  if (!node.bias.empty()) c.array("float", "bias" + name, node.bias);
  return fmt::format("weight{}, {}", name, node.bias.empty() ? "0" : "bias" + name);
}

}  // namespace lenet
