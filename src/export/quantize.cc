#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "base/function_formula.h"
#include "base/require.h"
#include "export/deployed.h"
#include "export/int8_network.h"
#include "export/pool_divisors.h"
#include "lenet/error.h"
#include "nn/pool2d_shape.h"

namespace lenet {
namespace {

/// A bias takes at most half of a sum's 32 bits, the products share the other half.
constexpr double kMostBias = 1 << 30;
constexpr std::int64_t kMostProducts = (1 << 30) / (127 * 255);

/// Summed into one output. For each operation of a deployed network.
std::int64_t products_of(const InferenceNode& o) {
  return std::visit(
      Overloaded{[&](const OneOf<Conv2dOp, LinearOp, AffineOp> auto&) { return row_size(o); },
                 [&](const MeanPooling auto&) { return largest_window(pool2d_shape(o)); },
                 [](const MaxPooling auto&) { return std::int64_t{0}; },
                 [](const OneOf<GroupNormOp, PReLUOp, UpsampleOp, FunctionOp, ZeroPad2dOp, SumOp,
                                ConcatOp, ScaleOp> auto&) { return std::int64_t{0}; },
                 [](const NotDeployed auto&) -> std::int64_t { unknown("deployed node"); }},
      o.op);
}

void require_short_sums(const InferenceNode& o) {
  const std::int64_t products = products_of(o);
  require(products <= kMostProducts,
          fmt::format("layer {}: a sum of {} products, but 32 bits hold {} of 8 bits; export it in "
                      "float",
                      o.name, products, kMostProducts));
}

InferenceNode without_floats(const InferenceNode& o) {
  InferenceNode result = o;
  for (auto* values : {&result.weight, &result.bias, &result.mean, &result.variance}) {
    *values = {};
  }
  return result;
}

/// What one step of a channel's weights is worth; above the finest where the bias would not fit.
double weight_scale(std::span<const float> row, double bias, double input_scale) {
  double most = 0;
  for (const float w : row) most = std::max(most, std::abs(static_cast<double>(w)));
  const double scale = std::max(most / 127, std::abs(bias) / (input_scale * kMostBias));
  return scale > 0 ? scale : 1;
}

/// Weights and biases of a Conv2dOp, LinearOp or AffineOp, and the scales of its sums, one a
/// channel.
std::vector<double> quantize_weights(const InferenceNode& o, double input_scale,
                                     Int8Operation& to) {
  std::vector<double> sum_scales;
  const auto row = static_cast<std::size_t>(row_size(o));
  for (std::size_t c = 0; c * row < o.weight.size(); ++c) {
    const std::span weights(o.weight.data() + c * row, row);
    const double bias = o.bias.empty() ? 0 : static_cast<double>(o.bias[c]);
    const double scale = weight_scale(weights, bias, input_scale);
    for (const float w : weights) {
      to.weight.push_back(static_cast<std::int8_t>(std::lround(static_cast<double>(w) / scale)));
    }
    to.bias.push_back(static_cast<std::int32_t>(std::lround(bias / (scale * input_scale))));
    sum_scales.push_back(scale * input_scale);
  }
  return sum_scales;
}

Table8 table_of(const Function& function, const Affine8& in, const Affine8& out) {
  Table8 table;
  for (std::size_t i = 0; i < table.size(); ++i) {
    const int q = static_cast<int>(i) - 128;
    const auto x = static_cast<float>(in.scale * (q - in.zero));
    table[i] = out.quantize(static_cast<double>(function_value(function, x)));
  }
  return table;
}

bool is_relu(const InferenceNode& o) {
  return o.op == Operation(FunctionOp{{Function::Kind::kReLU}});
}

/// The node that alone reads this one's value, if it is a ReLU: nodes.size() if there is none.
std::size_t only_relu(const std::vector<InferenceNode>& nodes, const InferenceNode& o) {
  const auto reader = std::ranges::find_if(nodes, [&](const InferenceNode& n) {
    return std::ranges::find(n.inputs, o.value) != n.inputs.end();
  });
  const bool alone = reader != nodes.end() && is_relu(*reader) && readers_of(nodes, o.value) == 1;
  return alone ? static_cast<std::size_t>(reader - nodes.begin()) : nodes.size();
}

/// Quantizes node after node.
class Quantizer {
 public:
  /// bytes: what the images hold, else numbers.
  Quantizer(const Sequential& net, const Affine8& input, bool bytes, QuantizedNetwork::State& to)
      : to_(to) {
    scales_[0] = input;
    to_.input = net.input_shape();
    to_.output = net.output_shape();
    to_.image = bytes ? input_of_bytes(net.normalization(), input)
                      : input_of_numbers(net.normalization(), input);
    ends_at(input);
  }

  /// Gives value `value`. `logits`: the sums of this Linear are the network's outputs and stay as
  /// they are.
  void add(const InferenceNode& o, const ValueRange& range, std::int64_t value, bool logits) {
    const Affine8 in = scales_.at(o.inputs.front());
    const bool keeps_scale = std::visit(
        []<class Op>(const Op&) { return MaxPooling<Op> || OneOf<Op, ZeroPad2dOp, UpsampleOp>; },
        o.op);
    const Affine8 out = keeps_scale ? in : Affine8::over(range);
    Int8Operation q{.what = without_floats(o), .zero_in = in.zero, .zero_out = out.zero};
    q.what.value = value;
    visit_integers(
        Overloaded{[&](const OneOf<Conv2dOp, LinearOp, AffineOp> auto&) {
                     add_weights(o, logits, in, out, q);
                   },
                   [&](const MeanPooling auto&) { add_means(pool2d_shape(o), in, out, q); },
                   [](const MaxPooling auto&) {}, [](const OneOf<ZeroPad2dOp, UpsampleOp> auto&) {},
                   [&](const PReLUOp&) { add_slopes(o, in, out, q); },
                   [&](const GroupNormOp& op) { add_group_norm(o, op, in, out, q); },
                   [&](const FunctionOp& op) { q.table = table_of(op.function, in, out); },
                   [&](const SumOp&) { add_terms(o, out, q); },
                   [&](const ScaleOp&) {
                     const Affine8& by = scales_.at(o.inputs[1]);
                     q.terms = {{1, in.zero}, {1, by.zero}};
                     q.rescaling = {Rescaling::by(in.scale * by.scale / out.scale)};
                   },
                   [&](const ConcatOp&) {
                     for (const std::int64_t input : o.inputs) {
                       q.tables.push_back(table_of(Function(), scales_.at(input), out));
                     }
                   }},
        o.op);
    to_.operations.push_back(std::move(q));
    scales_[value] = out;
    ends_at(out);
  }

 private:
  /// The scale of the logits, unless more follows.
  void ends_at(const Affine8& scale) {
    to_.logit_zero = scale.zero;
    to_.logit_scale = static_cast<float>(scale.scale);
  }

  static void add_weights(const InferenceNode& o, bool logits, const Affine8& in,
                          const Affine8& out, Int8Operation& q) {
    for (const double sum_scale : quantize_weights(o, in.scale, q)) {
      if (logits) {
        q.logit_scale.push_back(static_cast<float>(sum_scale));
      } else {
        q.rescaling.push_back(Rescaling::by(sum_scale / out.scale));
      }
    }
  }

  static void add_group_norm(const InferenceNode& o, const GroupNormOp& op, const Affine8& in,
                             const Affine8& out, Int8Operation& q) {
    constexpr double kMost = 1 << 29;
    q.groups.eps = static_cast<float>(op.eps / (in.scale * in.scale));
    for (const float weight : o.weight) {
      q.groups.gain.push_back(static_cast<float>(static_cast<double>(weight) / out.scale));
    }
    for (const float bias : o.bias) {
      const double counted = static_cast<double>(bias) / out.scale * 256;
      q.bias.push_back(static_cast<std::int32_t>(std::lround(std::clamp(counted, -kMost, kMost))));
    }
  }

  static void add_slopes(const InferenceNode& o, const Affine8& in, const Affine8& out,
                         Int8Operation& q) {
    std::vector<float> slopes = o.weight;
    slopes.insert(slopes.begin(), 1.0f);
    for (const float slope : slopes) {
      q.weight.push_back(slope < 0 ? -1 : 1);
      q.rescaling.push_back(
          Rescaling::by(std::abs(static_cast<double>(slope)) * in.scale / out.scale));
    }
  }

  static void add_means(const Pool2dShape& shape, const Affine8& in, const Affine8& out,
                        Int8Operation& q) {
    for (const int height : divisors_of(shape.height).values) {
      for (const int width : divisors_of(shape.width).values) {
        const auto area = static_cast<double>(height) * width;
        q.rescaling.push_back(Rescaling::by(in.scale / (out.scale * area)));
      }
    }
  }

  /// The unit is the finest of which the sum of all values fits into 31 bits.
  void add_terms(const InferenceNode& o, const Affine8& out, Int8Operation& q) const {
    double all = 0;
    for (const std::int64_t input : o.inputs) all += scales_.at(input).scale;
    const double unit = all * 255 / (1 << 30);
    for (const std::int64_t input : o.inputs) {
      const Affine8& in = scales_.at(input);
      q.terms.push_back({static_cast<std::int32_t>(std::lround(in.scale / unit)), in.zero});
    }
    q.rescaling = {Rescaling::by(unit / out.scale)};
  }

  std::map<std::int64_t, Affine8> scales_;  ///< of each value
  QuantizedNetwork::State& to_;
};

}  // namespace

Affine8 Affine8::over(const ValueRange& range) {
  const double least = static_cast<double>(range.least), most = static_cast<double>(range.most);
  if (least == most) return {};
  const double scale = (most - least) / 255;
  return {scale, static_cast<std::int32_t>(std::lround(-128 - least / scale))};
}

bool is_identity(const Table8& table) {
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (table[i] != static_cast<int>(i) - 128) return false;
  }
  return true;
}

std::int8_t Affine8::quantize(double x) const {
  return static_cast<std::int8_t>(std::lround(std::clamp(x / scale + zero, -128.0, 127.0)));
}

Rescaling Rescaling::by(double factor) {
  int exponent = 0;
  double multiplier = std::round(std::ldexp(std::frexp(factor, &exponent), 31));
  if (multiplier == std::ldexp(1, 31)) {
    multiplier /= 2;
    ++exponent;
  }
  const int shift = 31 - exponent;
  if (shift > 62) return {0, 62};                                       // below half a step
  if (shift < 1) return {std::numeric_limits<std::int32_t>::max(), 1};  // any sum saturates
  return {static_cast<std::int32_t>(multiplier), static_cast<std::uint8_t>(shift)};
}

void require_image_shape(const Dataset& data, const Shape& wanted) {
  require(data.image_shape() == wanted,
          fmt::format("the images have shape {}, the network was built for {}",
                      to_string(data.image_shape()), to_string(wanted)));
}

QuantizedNetwork::QuantizedNetwork(const Sequential& net, const Dataset& data,
                                   std::int64_t images) {
  const std::vector<InferenceNode> nodes = deployed_nodes(net);
  require_image_shape(data, net.input_shape());
  require(images >= 1 && data.size() >= 1, "no images to calibrate on, want at least one");
  for (const InferenceNode& o : nodes) require_short_sums(o);
  const auto [image, ranges] =
      calibrate(nodes, net.normalization(), data, std::min(images, data.size()));
  auto state = std::make_unique<State>();
  Quantizer quantizer(net, Affine8::over(image), data.has_bytes(), *state);
  std::vector<bool> done(nodes.size() + 1);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (done[i]) continue;
    const InferenceNode& o = nodes[i];
    const bool last = i + 1 == nodes.size();
    // A ReLU behind sums is their saturation at 0, the lower end of its range.
    const bool sums = is_weighted(o) || std::holds_alternative<SumOp>(o.op) ||
                      std::holds_alternative<GroupNormOp>(o.op);
    const std::size_t relu = sums ? only_relu(nodes, o) : nodes.size();
    const std::size_t end = relu < nodes.size() ? relu : i;
    done[end] = true;
    quantizer.add(o, ranges[end], nodes[end].value, last && std::holds_alternative<LinearOp>(o.op));
  }
  state_ = std::move(state);
}

QuantizedNetwork::~QuantizedNetwork() = default;
QuantizedNetwork::QuantizedNetwork(QuantizedNetwork&&) noexcept = default;
QuantizedNetwork& QuantizedNetwork::operator=(QuantizedNetwork&&) noexcept = default;

}  // namespace lenet
