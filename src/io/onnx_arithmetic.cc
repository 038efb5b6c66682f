// The operators of ONNX that multiply and add: a Linear, an Affine2d or the pixels' normalization.
#include "io/onnx_arithmetic.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "io/safetensors_header.h"

namespace lenet::onnx {
namespace {

/// A bias that is added to (N, out): (out), (1, out) or a single value.
std::vector<float> bias_of(const Operator& o, std::size_t input, std::int64_t outputs) {
  const Tensor& bias = o.constant(input, "bias");
  const std::int64_t count = value_count(bias);
  if ((count != outputs && count != 1) || (count > 1 && bias.dims.back() != count)) {
    refuse(fmt::format("its bias, {}, has shape [{}], want [{}]", quoted_name(bias.name),
                       fmt::join(bias.dims, ", "), outputs));
  }
  std::vector<float> values = read_floats(bias);
  values.resize(static_cast<std::size_t>(outputs), values[0]);
  return values;
}

/// The weight of input 1 as Linear has it, (out, in).
std::vector<float> linear_weight(const Operator& o, std::int64_t inputs, bool out_first) {
  const Tensor& weight = o.constant(1, "weight");
  const std::size_t in_axis = out_first ? 1 : 0;
  if (weight.dims.size() != 2 || weight.dims[in_axis] != inputs || weight.dims[1 - in_axis] < 1) {
    refuse(fmt::format("its weight, {}, has shape [{}], want {} for {} features",
                       quoted_name(weight.name), fmt::join(weight.dims, ", "),
                       out_first ? "[out, in]" : "[in, out]", inputs));
  }
  const std::vector<float> values = read_floats(weight);
  return out_first ? values : transposed(values, inputs);
}

void multiply(std::vector<float>& values, float factor) {
  for (float& value : values) value *= factor;
}

/// A constant of Add, Mul, Sub or Div, one value a channel of the chain's last value.
std::vector<float> by_channel(const Operator& o, std::size_t input, const Chain& chain) {
  const Tensor& tensor = o.constant(input, "operand");
  const Shape& dims = chain.dims();
  const std::int64_t channels = dims.size() == 2 ? 1 : dims[0];
  const std::int64_t count = value_count(tensor);
  // Broadcast from the right; the channels stand behind the batch.
  const std::int64_t axis = std::ssize(tensor.dims) - std::ssize(dims);
  const bool placed = axis >= 0 && axis <= 1 && dims.size() != 2 &&
                      tensor.dims[static_cast<std::size_t>(axis)] == count;
  const bool fits = std::ssize(tensor.dims) <= std::ssize(dims) + 1;
  if (!fits || !(count == 1 || (count == channels && placed))) {
    refuse(fmt::format("a constant of shape [{}] beside (N, {}), want one value a channel",
                       fmt::join(tensor.dims, ", "), fmt::join(dims, ", ")));
  }
  std::vector<float> values = read_floats(tensor);
  values.resize(static_cast<std::size_t>(channels), values[0]);
  return values;
}

/// The layer that the Add completes: a Linear without a bias, an Affine2d that a Mul left.
bool awaits_bias(const Chain& chain) {
  if (chain.empty()) return false;
  const Chain::Piece& last = chain.last();
  if (const auto* linear = dynamic_cast<const Linear*>(last.layer.get())) {
    return !linear->options().bias;
  }
  if (!dynamic_cast<const Affine2d*>(last.layer.get())) return false;
  const auto half = std::ssize(last.parameters) / 2;
  return std::all_of(last.parameters.begin() + half, last.parameters.end(),
                     [](float bias) { return bias == 0; });
}

void require_front(const Chain& chain) {
  chain.require_no_padding();
  if (!chain.empty()) refuse("behind a layer, want it in front of all, as a normalization");
}

}  // namespace

void add_gemm(const Operator& o, Chain& chain) {
  const std::int64_t inputs = chain.require_features();
  if (o.integer("transA", 0) != 0) refuse("transA=1, want the images in rows");
  std::vector<float> parameters = linear_weight(o, inputs, o.integer("transB", 0) != 0);
  const std::int64_t outputs = std::ssize(parameters) / inputs;
  multiply(parameters, o.number("alpha", 1));
  const bool bias = o.find_constant(2);
  if (bias) {
    std::vector<float> values = bias_of(o, 2, outputs);
    multiply(values, o.number("beta", 1));
    parameters = joined(std::move(parameters), values);
  }
  chain.add(std::make_unique<Linear>(Linear::Options{.out_features = outputs, .bias = bias}),
            std::move(parameters));
}

void add_matmul(const Operator& o, Chain& chain) {
  const std::int64_t inputs = chain.require_features();
  std::vector<float> weight = linear_weight(o, inputs, false);
  const std::int64_t outputs = std::ssize(weight) / inputs;
  chain.add(std::make_unique<Linear>(Linear::Options{.out_features = outputs, .bias = false}),
            std::move(weight));
}

/// Of the two operands of Add or Mul, the one that is not the chain's.
std::size_t constant_input(const Operator& o) { return o.is_constant(0) ? 0 : 1; }

void add_mul(const Operator& o, Chain& chain) {
  std::vector<float> weight = by_channel(o, constant_input(o), chain);
  chain.require_image();
  weight.resize(2 * weight.size(), 0.0f);
  chain.add(std::make_unique<Affine2d>(), std::move(weight));
}

void add_add(const Operator& o, Chain& chain) {
  const bool completes = awaits_bias(chain);
  if (completes && chain.dims().size() == 1) {
    const std::vector<float> bias = bias_of(o, constant_input(o), chain.dims()[0]);
    Chain::Piece linear = chain.take_last();
    return chain.add(std::make_unique<Linear>(std::ssize(bias)),
                     joined(std::move(linear.parameters), bias));
  }
  const std::vector<float> bias = by_channel(o, constant_input(o), chain);
  chain.require_image();
  std::vector<float> weight(bias.size(), 1.0f);
  if (completes) {
    weight = chain.take_last().parameters;
    weight.resize(bias.size());
  }
  chain.add(std::make_unique<Affine2d>(), joined(std::move(weight), bias));
}

void add_sub(const Operator& o, Chain& chain) {
  require_front(chain);
  if (!chain.normalization.mean.empty()) refuse("a second normalization");
  chain.normalization.mean = by_channel(o, 1, chain);
  chain.normalization.deviation.assign(chain.normalization.mean.size(), 1.0f);
}

void add_div(const Operator& o, Chain& chain) {
  require_front(chain);
  Normalization& n = chain.normalization;
  if (std::ranges::any_of(n.deviation, [](float d) { return d != 1; })) {
    refuse("a second normalization");
  }
  n.deviation = by_channel(o, 1, chain);
  n.mean.resize(n.deviation.size(), 0.0f);
}

}  // namespace lenet::onnx
