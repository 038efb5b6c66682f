// The layers of the model text: each name with the parameters of lenet's form and of PyTorch's.
#include <fmt/format.h>

#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "lenet/error.h"
#include "lenet/layers.h"
#include "nn/arguments.h"
#include "nn/model_text.h"
#include "nn/parse_layer.h"

namespace lenet {
namespace {

using Form = LayerText::Form;
using In = LayerEntry::In;
using Parameters = std::vector<Parameter>;

Size2d size_of(const IntegerPair& pair) { return {pair[0], pair[1]}; }

bool is_lazy(const LayerText& layer) { return layer.name.starts_with("Lazy"); }

/// The parameters of PyTorch's layer: those given, behind its number of inputs, which a lazy layer
/// has only where print(net) shows it.
Parameters torch_parameters(const LayerText& layer, std::string_view inputs, Parameters rest) {
  if (!is_lazy(layer) || layer.form == Form::kPrinted) rest.insert(rest.begin(), {inputs});
  return rest;
}

/// The number of inputs that PyTorch's layer names; 0: any.
std::int64_t inputs_of(const Arguments& a, const LayerText& layer, std::string_view parameter) {
  if (is_short(layer) || (is_lazy(layer) && layer.form != Form::kPrinted)) return 0;
  const std::int64_t inputs = a.integer(parameter);
  if (inputs < 1 && !(is_lazy(layer) && inputs == 0)) {
    throw Error(ErrorKind::kUsage, fmt::format("{} is {}, want 1 or more", parameter, inputs));
  }
  return inputs;
}

void require_usual_tensors(const Arguments& a) {
  a.require_usual("device", "None");
  a.require_usual("dtype", "None");
}

std::unique_ptr<Layer> parse_conv2d(const ModelText& model, const LayerText& layer) {
  const Arguments a(model, layer,
                    is_short(layer) ? Parameters{{"out_channels"},
                                                 {"kernel_size", "kernel"},
                                                 {.name = "stride", .by_name = true},
                                                 {.name = "padding", .by_name = true},
                                                 {.name = "dilation", .by_name = true},
                                                 {.name = "groups", .by_name = true},
                                                 {.name = "bias", .by_name = true}}
                                    : torch_parameters(layer, "in_channels",
                                                       {{"out_channels"},
                                                        {"kernel_size"},
                                                        {"stride"},
                                                        {"padding"},
                                                        {"dilation"},
                                                        {"groups"},
                                                        {"bias"},
                                                        {"padding_mode"},
                                                        {"device"},
                                                        {"dtype"}}));
  a.require_usual("padding_mode", "zeros");
  require_usual_tensors(a);
  const bool same = a.is_word("padding", "same"), numbers = !same && !a.is_word("padding", "valid");
  return std::make_unique<Conv2d>(
      Conv2d::Options{.out_channels = a.integer("out_channels"),
                      .kernel = size_of(a.pair("kernel_size")),
                      .stride = size_of(a.pair("stride", {1, 1})),
                      .padding = numbers ? size_of(a.pair("padding", {0, 0})) : Size2d(0),
                      .bias = a.boolean("bias", true),
                      .in_channels = inputs_of(a, layer, "in_channels"),
                      .dilation = size_of(a.pair("dilation", {1, 1})),
                      .groups = a.integer("groups", 1),
                      .same = same});
}

/// As PyTorch orders them: left, right, top, bottom.
std::unique_ptr<Layer> parse_zero_pad(const ModelText& model, const LayerText& layer) {
  const auto [left, right, top, bottom] =
      Arguments(model, layer, {{"padding"}}).quadruple("padding");
  return std::make_unique<ZeroPad2d>(Padding::sides({top, left}, {bottom, right}));
}

/// What the arguments of both kinds say.
template <class Pool>
typename Pool::Options pool2d_options(const Arguments& a) {
  const IntegerPair kernel = a.pair("kernel_size");
  const bool own_stride = a.given("stride") && !a.is_word("stride", "None");
  return {.kernel = size_of(kernel),
          .stride = size_of(own_stride ? a.pair("stride") : kernel),
          .padding = size_of(a.pair("padding", {0, 0})),
          .ceil_mode = a.boolean("ceil_mode", false)};
}

std::unique_ptr<Layer> parse_avg_pool2d(const ModelText& model, const LayerText& layer) {
  const Arguments a(model, layer,
                    is_short(layer) ? Parameters{{"kernel_size", "kernel"},
                                                 {"stride"},
                                                 {"padding"},
                                                 {.name = "ceil_mode", .by_name = true},
                                                 {.name = "count_include_pad", .by_name = true}}
                                    : Parameters{{"kernel_size"},
                                                 {"stride"},
                                                 {"padding"},
                                                 {"ceil_mode"},
                                                 {"count_include_pad"},
                                                 {"divisor_override"}});
  a.require_usual("divisor_override", "None");
  AvgPool2d::Options options = pool2d_options<AvgPool2d>(a);
  options.count_include_pad = a.boolean("count_include_pad", true);
  return std::make_unique<AvgPool2d>(options);
}

std::unique_ptr<Layer> parse_max_pool2d(const ModelText& model, const LayerText& layer) {
  const Arguments a(model, layer,
                    is_short(layer) ? Parameters{{"kernel_size", "kernel"},
                                                 {"stride"},
                                                 {"padding"},
                                                 {.name = "ceil_mode", .by_name = true}}
                                    : Parameters{{"kernel_size"},
                                                 {"stride"},
                                                 {"padding"},
                                                 {"dilation"},
                                                 {"return_indices"},
                                                 {"ceil_mode"}});
  a.require_usual("dilation", 1);
  a.require_usual("return_indices", false);
  return std::make_unique<MaxPool2d>(pool2d_options<MaxPool2d>(a));
}

template <class Pool>
std::unique_ptr<Layer> parse_adaptive_pool2d(const ModelText& model, const LayerText& layer) {
  const Parameters torch = {{"output_size"}, {"return_indices"}};
  const bool indices = std::is_same_v<Pool, AdaptiveMaxPool2d> && !is_short(layer);
  const Arguments a(model, layer, indices ? torch : Parameters{{"output_size"}});
  a.require_usual("return_indices", false);
  return std::make_unique<Pool>(size_of(a.pair("output_size")));
}

std::unique_ptr<Layer> parse_linear(const ModelText& model, const LayerText& layer) {
  const Arguments a(model, layer,
                    is_short(layer)
                        ? Parameters{{"out_features"}, {.name = "bias", .by_name = true}}
                        : torch_parameters(layer, "in_features",
                                           {{"out_features"}, {"bias"}, {"device"}, {"dtype"}}));
  require_usual_tensors(a);
  return std::make_unique<Linear>(
      Linear::Options{.out_features = a.integer("out_features"),
                      .bias = a.boolean("bias", true),
                      .in_features = inputs_of(a, layer, "in_features")});
}

template <class Norm>
std::unique_ptr<Layer> parse_batch_norm(const ModelText& model, const LayerText& layer) {
  const Arguments a(model, layer,
                    is_short(layer) ? Parameters{{.name = "eps", .by_name = true},
                                                 {.name = "momentum", .by_name = true},
                                                 {.name = "affine", .by_name = true}}
                                    : torch_parameters(layer, "num_features",
                                                       {{"eps"},
                                                        {"momentum"},
                                                        {"affine"},
                                                        {"track_running_stats"},
                                                        {"device"},
                                                        {"dtype"}}));
  a.require_usual("track_running_stats", true);
  require_usual_tensors(a);
  const BatchNorm::Options usual;
  return std::make_unique<Norm>(
      BatchNorm::Options{.eps = a.number("eps", usual.eps),
                         .momentum = a.number("momentum", usual.momentum),
                         .affine = a.boolean("affine", usual.affine),
                         .num_features = inputs_of(a, layer, "num_features")});
}

std::unique_ptr<Layer> parse_group_norm(const ModelText& model, const LayerText& layer) {
  const Arguments a(
      model, layer,
      is_short(layer)
          ? Parameters{{"num_groups"},
                       {.name = "eps", .by_name = true},
                       {.name = "affine", .by_name = true}}
          : Parameters{
                {"num_groups"}, {"num_channels"}, {"eps"}, {"affine"}, {"device"}, {"dtype"}});
  require_usual_tensors(a);
  return std::make_unique<GroupNorm>(
      GroupNorm::Options{.num_groups = a.integer("num_groups"),
                         .eps = a.number("eps", 1e-5),
                         .affine = a.boolean("affine", true),
                         .num_channels = inputs_of(a, layer, "num_channels")});
}

std::unique_ptr<Layer> parse_layer_norm(const ModelText& model, const LayerText& layer) {
  const Arguments a(model, layer,
                    is_short(layer) ? Parameters{{.name = "eps", .by_name = true},
                                                 {.name = "elementwise_affine", .by_name = true},
                                                 {.name = "bias", .by_name = true}}
                                    : Parameters{{"normalized_shape"},
                                                 {"eps"},
                                                 {"elementwise_affine"},
                                                 {"bias"},
                                                 {"device"},
                                                 {"dtype"}});
  require_usual_tensors(a);
  return std::make_unique<LayerNorm>(LayerNorm::Options{
      .eps = a.number("eps", 1e-5),
      .elementwise_affine = a.boolean("elementwise_affine", true),
      .bias = a.boolean("bias", true),
      .normalized_shape = is_short(layer) ? Shape() : a.list("normalized_shape")});
}

std::unique_ptr<Layer> parse_prelu(const ModelText& model, const LayerText& layer) {
  const Arguments a(model, layer,
                    is_short(layer)
                        ? Parameters{{"num_parameters"}, {.name = "init", .by_name = true}}
                        : Parameters{{"num_parameters"}, {"init"}, {"device"}, {"dtype"}});
  require_usual_tensors(a);
  const PReLU::Options usual;
  return std::make_unique<PReLU>(
      PReLU::Options{.num_parameters = a.integer("num_parameters", usual.num_parameters),
                     .init = a.number("init", usual.init)});
}

/// print(net) shows a scale that was given as a float, 2.0.
std::unique_ptr<Layer> parse_upsample(const ModelText& model, const LayerText& layer) {
  const Arguments a(model, layer,
                    is_short(layer) ? Parameters{{"scale_factor"}}
                                    : Parameters{{"size"},
                                                 {"scale_factor"},
                                                 {"mode"},
                                                 {"align_corners"},
                                                 {"recompute_scale_factor"}});
  a.require_usual("size", "None");
  a.require_usual("mode", "nearest");
  a.require_usual("align_corners", "None");
  a.require_usual("recompute_scale_factor", "None");
  return std::make_unique<Upsample>(size_of(a.whole_pair("scale_factor")));
}

std::unique_ptr<Layer> parse_dropout(const ModelText& model, const LayerText& layer) {
  return parse_number<Dropout>(model, layer, "p", 0.5);
}

std::unique_ptr<Layer> parse_flatten(const ModelText& model, const LayerText& layer) {
  const Arguments a(model, layer,
                    is_short(layer) ? Parameters{} : Parameters{{"start_dim"}, {"end_dim"}});
  a.require_usual("start_dim", 1);
  a.require_usual("end_dim", -1);
  return std::make_unique<Flatten>();
}

constexpr LayerEntry kLayers[] = {{"Conv2d", parse_conv2d},
                                  {"LazyConv2d", parse_conv2d, In::kTorch},
                                  {"ZeroPad2d", parse_zero_pad},
                                  {"AvgPool2d", parse_avg_pool2d},
                                  {"MaxPool2d", parse_max_pool2d},
                                  {"AdaptiveAvgPool2d", parse_adaptive_pool2d<AdaptiveAvgPool2d>},
                                  {"AdaptiveMaxPool2d", parse_adaptive_pool2d<AdaptiveMaxPool2d>},
                                  {"Upsample", parse_upsample},
                                  {"Linear", parse_linear},
                                  {"LazyLinear", parse_linear, In::kTorch},
                                  {"BatchNorm1d", parse_batch_norm<BatchNorm1d>},
                                  {"BatchNorm2d", parse_batch_norm<BatchNorm2d>},
                                  {"LazyBatchNorm1d", parse_batch_norm<BatchNorm1d>, In::kTorch},
                                  {"LazyBatchNorm2d", parse_batch_norm<BatchNorm2d>, In::kTorch},
                                  {"GroupNorm", parse_group_norm},
                                  {"LayerNorm", parse_layer_norm},
                                  {"PReLU", parse_prelu},
                                  {"Affine2d", parse_plain<Affine2d>, In::kShort},
                                  {"LeNet5C3", parse_plain<LeNet5C3>, In::kShort},
                                  {"Dropout", parse_dropout},
                                  {"Flatten", parse_flatten}};

}  // namespace

std::span<const LayerEntry> layer_entries() { return kLayers; }

}  // namespace lenet
