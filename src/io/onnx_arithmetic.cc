// The operators of ONNX that multiply and add: a Linear, an Affine2d, a bias or the pixels'
// normalization.
#include "io/onnx_arithmetic.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "io/onnx_norms.h"
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

/// The values of a matrix, (rows, columns), as those of (columns, rows).
std::vector<float> transposed(const std::vector<float>& values, std::int64_t rows) {
  std::vector<float> result;
  result.reserve(values.size());
  const std::int64_t columns = std::ssize(values) / rows;
  for (std::int64_t c = 0; c < columns; ++c) {
    for (std::int64_t r = 0; r < rows; ++r) {
      result.push_back(values[static_cast<std::size_t>(r * columns + c)]);
    }
  }
  return result;
}

/// The weight of input 1 as Linear has it, (out, in).
std::vector<float> linear_weight(const Operator& o, bool out_first, Chain& chain) {
  const std::int64_t inputs = chain.require_features();
  const Tensor& weight = o.constant(1, "weight");
  const std::size_t in_axis = out_first ? 1 : 0;
  if (weight.dims.size() != 2 || weight.dims[in_axis] != inputs || weight.dims[1 - in_axis] < 1) {
    refuse(fmt::format("its weight, {}, has shape [{}], want {} for {} features",
                       quoted_name(weight.name), fmt::join(weight.dims, ", "),
                       out_first ? "[out, in]" : "[in, out]", inputs));
  }
  std::vector<float> values = read_floats(weight);
  return chain.take_order(out_first ? std::move(values) : transposed(values, inputs));
}

void multiply(std::vector<float>& values, float factor) {
  for (float& value : values) value *= factor;
}

/// For a layer behind images, with a value for each of their channels.
std::vector<float> of_channels(std::vector<float> values, const Chain& chain) {
  const Shape& image = chain.shape();
  if (image.size() != 3) {
    refuse(fmt::format("its input has shape (N, {}), want (N, channels, height, width)",
                       fmt::join(chain.dims(), ", ")));
  }
  values.resize(static_cast<std::size_t>(image[0]), values[0]);
  return values;
}

/// Whether the graph standardises the pixels here. lenet itself writes no Mul and Add for that.
bool in_front(const Operator& o, const Chain& chain) {
  const bool either = o.node().op == "Mul" || o.node().op == "Add";
  return chain.at_input() && !(chain.source().own && either);
}

/// Of the two operands of Add or Mul, the one that is not the chain's.
std::size_t constant_input(const Operator& o) { return o.is_constant(0) ? 0 : 1; }

/// The first values of `parameters` and, in the place of what is behind them, these added to it.
std::vector<float> with_bias(const std::vector<float>& parameters, std::vector<float> bias,
                             bool has_bias) {
  const std::size_t weights = parameters.size() - (has_bias ? bias.size() : 0);
  if (has_bias) {
    for (std::size_t i = 0; i < bias.size(); ++i) bias[i] += parameters[weights + i];
  }
  const auto end = parameters.begin() + static_cast<std::ptrdiff_t>(weights);
  return joined({parameters.begin(), end}, bias);
}

/// Of a layer of the chain, all of which are the library's; false for none.
template <class Op>
bool is(const Layer* layer) {
  return layer && std::holds_alternative<Op>(layer->operation());
}

/// A bias of the last layer, if that is a Linear, Conv2d or Affine2d; otherwise a layer of its own.
void add_bias(std::vector<float> bias, Chain& chain) {
  const Layer* layer = chain.empty() ? nullptr : chain.last().layer.get();
  if (is<LinearOp>(layer)) {
    const bool has_bias = static_cast<const Linear&>(*layer).options().bias;
    auto whole = std::make_unique<Linear>(std::ssize(bias));
    return chain.replace_last(std::move(whole),
                              with_bias(chain.last().parameters, std::move(bias), has_bias));
  }
  bias = of_channels(std::move(bias), chain);
  if (is<Conv2dOp>(layer)) {
    Conv2d::Options options = static_cast<const Conv2d&>(*layer).options();
    const bool has_bias = std::exchange(options.bias, true);
    return chain.replace_last(std::make_unique<Conv2d>(options),
                              with_bias(chain.last().parameters, std::move(bias), has_bias));
  }
  if (is<AffineOp>(layer)) {
    return chain.replace_last(std::make_unique<Affine2d>(),
                              with_bias(chain.last().parameters, std::move(bias), true));
  }
  const std::vector<float> ones(bias.size(), 1.0f);
  chain.add(std::make_unique<Affine2d>(), joined(ones, bias));
}

/// Of an Add or Sub behind a layer.
std::vector<float> bias_behind(const Operator& o, std::size_t input, const Chain& chain) {
  const bool rows =
      chain.dims().size() == 1 && !chain.empty() && is<LinearOp>(chain.last().layer.get());
  return rows ? bias_of(o, input, chain.dims()[0]) : by_channel(o, input, chain);
}

void add_factor(std::vector<float> weight, Chain& chain) {
  weight = of_channels(std::move(weight), chain);
  weight.resize(2 * weight.size(), 0.0f);
  chain.add(std::make_unique<Affine2d>(), std::move(weight));
}

}  // namespace

std::vector<float> by_channel(const Operator& o, std::size_t input, const Chain& chain) {
  chain.require_floats();
  const Tensor& tensor = o.constant(input, "operand");
  const Shape& dims = chain.dims();
  const std::size_t channels = chain.channel_axis();
  const std::int64_t count = value_count(tensor);
  // Broadcast from the right, the batch in front.
  const std::int64_t axis =
      std::ssize(tensor.dims) - std::ssize(dims) + static_cast<std::int64_t>(channels);
  const bool placed = dims.size() != 2 && axis >= 0 && axis < std::ssize(tensor.dims) &&
                      tensor.dims[static_cast<std::size_t>(axis)] == count &&
                      dims[channels] == count;
  const bool fits = std::ssize(tensor.dims) <= std::ssize(dims) + 1;
  if (!fits || (count != 1 && !placed)) {
    refuse(fmt::format("a constant of shape [{}] beside (N, {}), want one value a channel",
                       fmt::join(tensor.dims, ", "), fmt::join(dims, ", ")));
  }
  return read_floats(tensor);
}

void add_gemm(const Operator& o, Chain& chain) {
  const std::int64_t inputs = chain.require_features();
  if (o.integer("transA", 0) != 0) refuse("transA=1, want the images in rows");
  std::vector<float> parameters = linear_weight(o, o.integer("transB", 0) != 0, chain);
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
  std::vector<float> weight = linear_weight(o, false, chain);
  const std::int64_t outputs = std::ssize(weight) / inputs;
  chain.add(std::make_unique<Linear>(Linear::Options{.out_features = outputs, .bias = false}),
            std::move(weight));
}

void add_mul(const Operator& o, Chain& chain) {
  if (take_norm_weight(o, constant_input(o), chain)) return;
  const std::vector<float> factors = by_channel(o, constant_input(o), chain);
  in_front(o, chain) ? chain.front.multiply(factors) : add_factor(factors, chain);
}

void add_div(const Operator& o, Chain& chain) {
  std::vector<float> divisors = by_channel(o, 1, chain);
  if (in_front(o, chain)) return chain.front.divide(divisors);
  for (float& value : divisors) {
    if (value == 0) refuse("a division by 0");
    value = 1 / value;
  }
  add_factor(std::move(divisors), chain);
}

void add_add(const Operator& o, Chain& chain) {
  if (take_norm_bias(o, constant_input(o), 1, chain)) return;
  if (in_front(o, chain)) return chain.front.add(by_channel(o, constant_input(o), chain));
  add_bias(bias_behind(o, constant_input(o), chain), chain);
}

void add_sub(const Operator& o, Chain& chain) {
  const bool front = in_front(o, chain);
  if (o.is_constant(0)) {  // c - x = -x + c
    const std::vector<float> constant = by_channel(o, 0, chain);
    front ? chain.front.multiply({-1}) : add_factor({-1}, chain);
    return front ? chain.front.add(constant) : add_bias(constant, chain);
  }
  if (front) return chain.front.subtract(by_channel(o, 1, chain));
  if (take_norm_bias(o, 1, -1, chain)) return;
  std::vector<float> bias = bias_behind(o, 1, chain);
  multiply(bias, -1);
  add_bias(std::move(bias), chain);
}

}  // namespace lenet::onnx
