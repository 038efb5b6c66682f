// A layer for each operator of ONNX that lenet knows.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "io/onnx_arithmetic.h"
#include "io/onnx_chain.h"
#include "io/onnx_global_pools.h"
#include "io/onnx_norms.h"
#include "io/onnx_resize.h"
#include "io/onnx_shapes.h"
#include "io/onnx_windows.h"
#include "io/safetensors_header.h"
#include "nn/function_layer.h"

namespace lenet::onnx {
namespace {

void add_function(const FunctionEntry::Onnx& f, const Operator& o, Chain& chain) {
  chain.add(f.make(f.number ? as_written(o.number(f.number, f.missing)) : 0));
}

/// The function of one number that the operator is; null if it is none.
const FunctionEntry* find_function(std::string_view op) {
  for (const FunctionEntry& f : function_entries()) {
    if (f.onnx.op && f.onnx.op == op) return &f;
  }
  return nullptr;
}

/// A function of one number that is written otherwise.
template <class L>
void add_one(const Operator&, Chain& chain) {
  chain.add(std::make_unique<L>());
}

void add_gelu(const Operator& o, Chain& chain) {
  const std::string_view approximate = o.text("approximate", "none");
  if (approximate != "none" && approximate != "tanh") {
    refuse(fmt::format("approximate is {}, want none or tanh", quoted_name(approximate)));
  }
  chain.add(std::make_unique<GELU>(approximate == "tanh" ? GELU::Approximate::kTanh
                                                         : GELU::Approximate::kNone));
}

void add_hard_sigmoid(const Operator& o, Chain& chain) {
  const float alpha = o.number("alpha", 0.2f), beta = o.number("beta", 0.5f);
  if (std::abs(alpha - 1 / 6.0f) > 1e-7f || beta != 0.5f) {
    refuse(fmt::format("alpha={} and beta={}, want 1/6 and 0.5, a Hardsigmoid", alpha, beta));
  }
  chain.add(std::make_unique<Hardsigmoid>());
}

/// The bound of a Clip: from opset 11 on an input.
std::optional<float> bound_of(const Operator& o, std::size_t input, const char* name) {
  if (o.find_constant(input)) return o.values(input, 1, name)[0];
  if (!o.has(name)) return std::nullopt;
  return o.number(name, 0);
}

/// y = weight x + bias on images.
void add_affine(float weight, float bias, Chain& chain) {
  if (chain.shape().size() != 3) {
    refuse(
        fmt::format("bounds of features, (N, {}), want bounds of images, or 0 and nothing above "
                    "(a ReLU, which may stand for it if the network is trained on)",
                    fmt::join(chain.dims(), ", ")));
  }
  const auto channels = static_cast<std::size_t>(chain.shape()[0]);
  std::vector<float> parameters(channels, weight);
  parameters.resize(2 * channels, bias);
  chain.add(std::make_unique<Affine2d>(), std::move(parameters));
}

/// max(x, bound) = bound + ReLU(x - bound).
void bound_below(float bound, Chain& chain) {
  if (bound != 0) add_affine(1, -bound, chain);
  chain.add(std::make_unique<ReLU>());
  if (bound != 0) add_affine(1, bound, chain);
}

/// min(x, bound) = bound - ReLU(bound - x).
void bound_above(float bound, Chain& chain) {
  add_affine(-1, bound, chain);
  chain.add(std::make_unique<ReLU>());
  add_affine(-1, bound, chain);
}

/// ReLU6, and bounds of images.
void add_clip(const Operator& o, Chain& chain) {
  constexpr float kNoBound = 1e38f;
  const float least = bound_of(o, 1, "min").value_or(-kNoBound);
  const float most = bound_of(o, 2, "max").value_or(kNoBound);
  if (least > most) refuse(fmt::format("from {} to {}", least, most));
  if (least == 0 && most == 6) return chain.add(std::make_unique<ReLU6>());
  if (least > -kNoBound) bound_below(least, chain);
  if (most < kNoBound) bound_above(most, chain);
}

/// The constant of a Max or Min of the chain's value and one number.
float number_of(const Operator& o) {
  if (o.node().inputs.size() != 2) refuse("want a value and a constant");
  return o.values(o.is_constant(0) ? 0 : 1, 1, "bound")[0];
}

void add_max(const Operator& o, Chain& chain) { bound_below(number_of(o), chain); }
void add_min(const Operator& o, Chain& chain) { bound_above(number_of(o), chain); }

/// Between types of floats, all of which are float32 to lenet, or of the bytes of an image.
void add_cast(const Operator& o, Chain& chain) {
  const Tensor to{.name = {}, .dims = {}, .type = o.integer("to", 0), .message = {}};
  if (holds_floats(to)) return chain.cast_to_floats();
  refuse(
      fmt::format("to element type {}, want float (1), float16 (10), double (11) or bfloat16 "
                  "(16)",
                  to.type));
}

/// A slope for all, or one a channel.
void add_prelu(const Operator& o, Chain& chain) {
  std::vector<float> slopes = by_channel(o, 1, chain);
  if (slopes.size() > 1) slopes = chain.in_order(std::move(slopes));
  auto layer = std::make_unique<PReLU>(PReLU::Options{.num_parameters = std::ssize(slopes)});
  chain.add(std::move(layer), std::move(slopes));
}

void add_dropout(const Operator& o, Chain&) {
  if (o.node().inputs.size() > 2 && !o.node().inputs[2].empty()) {
    refuse("an input training_mode, want inference");
  }
}

void add_nothing(const Operator&, Chain&) {}

/// Of one value, or of a value and a constant.
void add_sum(const Operator& o, Chain& chain) {
  if (o.node().inputs.size() > 1) add_add(o, chain);
}

void add_concat(const Operator& o, Chain&) {
  if (o.node().inputs.size() > 1) refuse("puts a constant beside a value, want values alone");
}

/// All but the functions of one number that the table of these names, behind one value.
const std::map<std::string_view, void (*)(const Operator&, Chain&)>& operators() {
  static const std::map<std::string_view, void (*)(const Operator&, Chain&)> all = {
      {"Add", add_add},
      {"AveragePool", add_average_pool},
      {"BatchNormalization", add_batch_norm},
      {"Cast", add_cast},
      {"Clip", add_clip},
      {"Concat", add_concat},
      {"Conv", add_conv},
      {"Div", add_div},
      {"Dropout", add_dropout},
      {"Flatten", add_flatten},
      {"Gelu", add_gelu},
      {"Gemm", add_gemm},
      {"GlobalAveragePool", add_global_average},
      {"GlobalMaxPool", add_global_max},
      {"GroupNormalization", add_group_norm},
      {"HardSigmoid", add_hard_sigmoid},
      {"HardSwish", add_one<Hardswish>},
      {"Identity", add_nothing},
      {"InstanceNormalization", add_instance_norm},
      {"LayerNormalization", add_layer_norm},
      {"MatMul", add_matmul},
      {"Max", add_max},
      {"MaxPool", add_max_pool},
      {"Min", add_min},
      {"Mish", add_one<Mish>},
      {"Mul", add_mul},
      {"PRelu", add_prelu},
      {"Pad", add_pad},
      {"ReduceMax", add_reduce_max},
      {"ReduceMean", add_reduce_mean},
      {"Reshape", add_reshape},
      {"Resize", add_resize},
      {"Squeeze", add_squeeze},
      {"Sub", add_sub},
      {"Sum", add_sum},
      {"Transpose", add_transpose},
      {"Unsqueeze", add_unsqueeze},
      {"Upsample", add_upsample}};
  return all;
}

}  // namespace

void add_layer(const Operator& o, Chain& chain) {
  static constexpr std::string_view kTakePadding[] = {"AveragePool", "Conv", "Pad"};
  if (std::ranges::find(kTakePadding, o.node().op) == std::end(kTakePadding)) {
    chain.settle_padding();
  }
  const auto found = operators().find(o.node().op);
  if (found != operators().end()) return found->second(o, chain);
  if (const FunctionEntry* f = find_function(o.node().op)) return add_function(f->onnx, o, chain);
  std::set<std::string_view> names;
  for (const auto& [name, add] : operators()) names.insert(name);
  for (const FunctionEntry& f : function_entries()) {
    if (f.onnx.op) names.insert(f.onnx.op);
  }
  refuse(fmt::format(
      "no layer of lenet does this, want one of {}, or a Softmax or LogSoftmax at the end",
      fmt::join(names, ", ")));
}

}  // namespace lenet::onnx
