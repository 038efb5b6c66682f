// A layer for each operator of ONNX that lenet knows.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <utility>

#include "io/onnx_chain.h"
#include "io/safetensors_header.h"

namespace lenet::onnx {
namespace {

/// An attribute that an exporter rounded to float, as the number that was written: the shortest
/// decimal of 1e-5f is 1e-5.
double as_written(float value) { return std::strtod(fmt::format("{}", value).c_str(), nullptr); }

std::vector<float> joined(std::vector<float> first, const std::vector<float>& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

void add_conv(const Operator& o, Chain& chain) {
  const Shape& in = chain.require_image();
  const Tensor& weight = o.constant(1, "weight");
  if (o.integer("group", 1) != 1) {
    refuse(fmt::format("group is {}, want 1", o.integer("group", 1)));
  }
  if (weight.dims.size() != 4 || weight.dims[1] != in[0]) {
    refuse(fmt::format("its weight, {}, has shape [{}], want [out, {}, height, width]",
                       quoted_name(weight.name), fmt::join(weight.dims, ", "), in[0]));
  }
  const Size2d kernel{weight.dims[2], weight.dims[3]};
  if (!o.integers("kernel_shape").empty() && kernel_of(o) != kernel) {
    refuse(fmt::format("kernel_shape is {}, the weight's {}", to_string(kernel_of(o)),
                       to_string(kernel)));
  }
  std::vector<float> parameters = read_floats(weight);
  const bool bias = o.find_constant(2);
  if (bias) parameters = joined(std::move(parameters), o.values(2, weight.dims[0], "bias"));
  const Window window = window_of(o, kernel, in);
  chain.add(std::make_unique<Conv2d>(Conv2d::Options{.out_channels = weight.dims[0],
                                                     .kernel = kernel,
                                                     .stride = window.stride,
                                                     .padding = window.padding,
                                                     .bias = bias}),
            std::move(parameters));
}

template <class Pool>
void add_pool(const Operator& o, Chain& chain) {
  const Window window = window_of(o, kernel_of(o), chain.require_image());
  chain.add(std::make_unique<Pool>(Pool2d::Options{
      .kernel = window.kernel, .stride = window.stride, .padding = window.padding}));
}

void add_average_pool(const Operator& o, Chain& chain) {
  const Window window = window_of(o, kernel_of(o), chain.require_image());
  if (window.padding != Size2d(0) && o.integer("count_include_pad", 0) == 0) {
    refuse("padding that does not count in the average, want count_include_pad=1");
  }
  add_pool<AvgPool2d>(o, chain);
}

void add_global_average(const Operator&, Chain& chain) {
  chain.require_image();
  chain.add(std::make_unique<AdaptiveAvgPool2d>());
}

/// (rows, columns) turned round.
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

void add_batch_norm(const Operator& o, Chain& chain) {
  if (o.integer("training_mode", 0) != 0) refuse("training_mode=1, want inference");
  if (o.integer("spatial", 1) != 1) refuse("spatial=0, want one mean a channel");
  const bool image = chain.dims().size() == 3;
  const std::int64_t channels = image ? chain.require_image()[0] : chain.require_features();
  const BatchNorm::Options options{.eps = as_written(o.number("epsilon", 1e-5f))};
  std::vector<float> variance = o.values(4, channels, "variance");
  if (std::ranges::any_of(variance, [](float v) { return v < 0; })) {
    refuse("a variance below 0");
  }
  std::vector<float> parameters =
      joined(o.values(1, channels, "scale"), o.values(2, channels, "bias"));
  std::vector<float> buffers = joined(o.values(3, channels, "mean"), variance);
  std::unique_ptr<Layer> layer;
  if (image) {
    layer = std::make_unique<BatchNorm2d>(options);
  } else {
    layer = std::make_unique<BatchNorm1d>(options);
  }
  chain.add(std::move(layer), std::move(parameters), std::move(buffers));
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

/// Of the two operands of Add or Mul, the one that is not the chain's.
std::size_t constant_input(const Operator& o) { return o.is_constant(0) ? 0 : 1; }

void add_mul(const Operator& o, Chain& chain) {
  std::vector<float> weight = by_channel(o, constant_input(o), chain);
  chain.require_image();
  weight.resize(2 * weight.size(), 0.0f);
  chain.add(std::make_unique<Affine2d>(), std::move(weight));
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

void require_front(const Chain& chain) {
  if (!chain.empty()) refuse("behind a layer, want it in front of all, as a normalization");
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

void add_leaky_relu(const Operator& o, Chain& chain) {
  chain.add(std::make_unique<LeakyReLU>(as_written(o.number("alpha", 0.01f))));
}

template <class L>
void add_elementwise(const Operator&, Chain& chain) {
  chain.add(std::make_unique<L>());
}

void add_flat(Chain& chain) {
  if (chain.dims().size() > 1) chain.add(std::make_unique<Flatten>());
}

void add_flatten(const Operator& o, Chain& chain) {
  const std::int64_t axis = o.integer("axis", 1), rank = std::ssize(chain.dims()) + 1;
  if (axis != 1 && axis != 1 - rank) refuse(fmt::format("axis is {}, want 1", axis));
  add_flat(chain);
}

/// To (N, features), in whatever way it is written.
void add_reshape(const Operator& o, Chain& chain) {
  const std::vector<std::int64_t> shape = read_integers(o.constant(1, "shape"));
  std::int64_t features = 1;
  for (const std::int64_t size : chain.dims()) features *= size;
  const bool keeps_zero = o.integer("allowzero", 0) == 0;
  const bool good = shape.size() == 2 &&
                    (shape[1] == features || (shape[1] == -1 && shape[0] != -1)) &&
                    (shape[0] == -1 || (shape[0] == 0 && keeps_zero) ||
                     (shape[0] > 0 && shape[0] == chain.batch()));
  if (!good) {
    refuse(fmt::format("shape [{}], want [-1, {}]: the images flattened", fmt::join(shape, ", "),
                       features));
  }
  add_flat(chain);
}

void add_dropout(const Operator& o, Chain&) {
  if (o.node().inputs.size() > 2 && !o.node().inputs[2].empty()) {
    refuse("an input training_mode, want inference");
  }
}

void add_nothing(const Operator&, Chain&) {}

const std::map<std::string_view, void (*)(const Operator&, Chain&)>& operators() {
  static const std::map<std::string_view, void (*)(const Operator&, Chain&)> all = {
      {"Add", add_add},
      {"AveragePool", add_average_pool},
      {"BatchNormalization", add_batch_norm},
      {"Conv", add_conv},
      {"Div", add_div},
      {"Dropout", add_dropout},
      {"Flatten", add_flatten},
      {"Gemm", add_gemm},
      {"GlobalAveragePool", add_global_average},
      {"Identity", add_nothing},
      {"LeakyRelu", add_leaky_relu},
      {"MatMul", add_matmul},
      {"MaxPool", add_pool<MaxPool2d>},
      {"Mul", add_mul},
      {"Relu", add_elementwise<ReLU>},
      {"Reshape", add_reshape},
      {"Sigmoid", add_elementwise<Sigmoid>},
      {"Sub", add_sub},
      {"Tanh", add_elementwise<Tanh>}};
  return all;
}

}  // namespace

void add_layer(const Operator& o, Chain& chain) {
  const auto found = operators().find(o.node().op);
  if (found != operators().end()) return found->second(o, chain);
  std::vector<std::string_view> names;
  for (const auto& [name, add] : operators()) names.push_back(name);
  refuse(fmt::format("no layer of lenet does this, want one of {} or a Softmax at the end",
                     fmt::join(names, ", ")));
}

}  // namespace lenet::onnx
