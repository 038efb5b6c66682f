// A layer for each operator of ONNX that lenet knows.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <utility>

#include "io/onnx_arithmetic.h"
#include "io/onnx_chain.h"
#include "io/safetensors_header.h"

namespace lenet::onnx {
namespace {

/// An attribute that an exporter rounded to float, as the number that was written: the shortest
/// decimal of 1e-5f is 1e-5.
double as_written(float value) { return std::strtod(fmt::format("{}", value).c_str(), nullptr); }

/// The window of a node, with the zeros of a Pad before it.
Window padded_window(const Operator& o, const Size2d& kernel, Chain& chain) {
  Window window = window_of(o, kernel, chain.require_image());
  const Size2d zeros = chain.take_padding();
  window.padding = {window.padding.height + zeros.height, window.padding.width + zeros.width};
  return window;
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
  const Window window = padded_window(o, kernel, chain);
  chain.add(std::make_unique<Conv2d>(Conv2d::Options{.out_channels = weight.dims[0],
                                                     .kernel = kernel,
                                                     .stride = window.stride,
                                                     .padding = window.padding,
                                                     .bias = bias}),
            std::move(parameters));
}

template <class Pool>
void add_pool(const Window& window, Chain& chain) {
  chain.add(std::make_unique<Pool>(Pool2d::Options{
      .kernel = window.kernel, .stride = window.stride, .padding = window.padding}));
}

void add_max_pool(const Operator& o, Chain& chain) {
  add_pool<MaxPool2d>(window_of(o, kernel_of(o), chain.require_image()), chain);
}

void add_average_pool(const Operator& o, Chain& chain) {
  const Window alone = window_of(o, kernel_of(o), chain.require_image());
  if (alone.padding != Size2d(0) && o.integer("count_include_pad", 0) == 0) {
    refuse("padding that does not count in the average, want count_include_pad=1");
  }
  add_pool<AvgPool2d>(padded_window(o, kernel_of(o), chain), chain);
}

/// `pads` of a Pad: of each axis in front, then of each behind.
std::vector<std::int64_t> pads_of(const Operator& o) {
  std::vector<std::int64_t> pads = o.integers("pads");  // opset 10 and before
  return pads.empty() ? read_integers(o.constant(1, "pads")) : pads;
}

void require_zeros(const Operator& o) {
  const std::string_view mode = o.text("mode", "constant");
  if (mode != "constant") refuse(fmt::format("mode is {}, want constant", quoted_name(mode)));
  const float value = o.find_constant(2) ? o.values(2, 1, "value")[0] : o.number("value", 0);
  if (value != 0) refuse(fmt::format("pads with {}, want 0", value));
}

/// Of zeros round the image, as PyTorch writes it in front of each average.
void add_pad(const Operator& o, Chain& chain) {
  constexpr std::int64_t kMost = (1 << 20) - 1;
  const std::vector<std::int64_t> pads = pads_of(o);
  if (std::ranges::all_of(pads, [](std::int64_t pad) { return pad == 0; })) return;
  require_zeros(o);
  chain.require_image();
  const bool good = pads.size() == 8 && pads[0] == 0 && pads[1] == 0 && pads[4] == 0 &&
                    pads[5] == 0 && pads[2] == pads[6] && pads[3] == pads[7] &&
                    std::ranges::all_of(pads, [](auto p) { return p >= 0 && p <= kMost; });
  if (!good) {
    refuse(fmt::format("pads is [{}], want the same padding on both sides of height and width",
                       fmt::join(pads, ", ")));
  }
  chain.pad({pads[2], pads[3]});
}

void add_global_average(const Operator&, Chain& chain) {
  chain.require_image();
  chain.add(std::make_unique<AdaptiveAvgPool2d>());
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
  std::vector<std::int64_t> shape = read_integers(o.constant(1, "shape"));
  std::int64_t features = 1;
  for (const std::int64_t size : chain.dims()) features *= size;
  const bool keeps_zero = o.integer("allowzero", 0) == 0;
  const bool good = shape.size() == 2 &&
                    (shape[1] == features || (shape[1] == -1 && shape[0] != -1)) &&
                    (shape[0] == -1 || shape[0] == kBatch || (shape[0] == 0 && keeps_zero) ||
                     (shape[0] > 0 && shape[0] == chain.batch()));
  if (!good) {
    std::ranges::replace(shape, kBatch, -1);
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
      {"MaxPool", add_max_pool},
      {"Mul", add_mul},
      {"Pad", add_pad},
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
  refuse(fmt::format(
      "no layer of lenet does this, want one of {}, or a Softmax or LogSoftmax at the end",
      fmt::join(names, ", ")));
}

}  // namespace lenet::onnx
