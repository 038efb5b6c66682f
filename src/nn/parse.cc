// From the model text to layers.
#include <memory>

#include "lenet/error.h"
#include "lenet/layers.h"
#include "lenet/sequential.h"
#include "nn/arguments.h"
#include "nn/model_text.h"

namespace lenet {
namespace {

Size2d size_of(const IntegerPair& pair) { return {pair[0], pair[1]}; }

std::unique_ptr<Layer> parse_conv2d(const ModelText& model, const LayerText& layer) {
  const Arguments a(
      model, layer,
      {{"out_channels"}, {"kernel_size", "kernel"}, {"stride"}, {"padding"}, {"bias"}});
  return std::make_unique<Conv2d>(Conv2d::Options{.out_channels = a.integer("out_channels"),
                                                  .kernel = size_of(a.pair("kernel_size")),
                                                  .stride = size_of(a.pair("stride", {1, 1})),
                                                  .padding = size_of(a.pair("padding", {0, 0})),
                                                  .bias = a.boolean("bias", true)});
}

template <class Pool>
std::unique_ptr<Layer> parse_pool2d(const ModelText& model, const LayerText& layer) {
  const Arguments a(model, layer, {{"kernel_size", "kernel"}, {"stride"}, {"padding"}});
  const IntegerPair kernel = a.pair("kernel_size");
  return std::make_unique<Pool>(Pool2d::Options{.kernel = size_of(kernel),
                                                .stride = size_of(a.pair("stride", kernel)),
                                                .padding = size_of(a.pair("padding", {0, 0}))});
}

std::unique_ptr<Layer> parse_linear(const ModelText& model, const LayerText& layer) {
  const Arguments a(model, layer, {{"out_features"}, {"bias"}});
  return std::make_unique<Linear>(
      Linear::Options{.out_features = a.integer("out_features"), .bias = a.boolean("bias", true)});
}

template <class Norm>
std::unique_ptr<Layer> parse_batch_norm(const ModelText& model, const LayerText& layer) {
  const Arguments a(model, layer, {{"eps"}, {"momentum"}, {"affine"}});
  const BatchNorm::Options usual;
  return std::make_unique<Norm>(BatchNorm::Options{.eps = a.number("eps", usual.eps),
                                                   .momentum = a.number("momentum", usual.momentum),
                                                   .affine = a.boolean("affine", usual.affine)});
}

std::unique_ptr<Layer> parse_adaptive_pool(const ModelText& model, const LayerText& layer) {
  const Arguments a(model, layer, {{"output_size"}});
  if (a.pair("output_size") != IntegerPair{1, 1}) {
    throw Error(ErrorKind::kUsage, "output_size: want 1");
  }
  return std::make_unique<AdaptiveAvgPool2d>();
}

template <class L>
std::unique_ptr<Layer> parse_number(const ModelText& model, const LayerText& layer,
                                    std::string_view name, double missing) {
  const Arguments a(model, layer, {{name}});
  return std::make_unique<L>(a.number(name, missing));
}

template <class L>
std::unique_ptr<Layer> parse_plain(const ModelText& model, const LayerText& layer) {
  const Arguments none(model, layer, {});
  return std::make_unique<L>();
}

std::unique_ptr<Layer> parse_layer(const ModelText& model, const LayerText& layer) {
  if (layer.name == "Conv2d") return parse_conv2d(model, layer);
  if (layer.name == "AvgPool2d") return parse_pool2d<AvgPool2d>(model, layer);
  if (layer.name == "MaxPool2d") return parse_pool2d<MaxPool2d>(model, layer);
  if (layer.name == "Linear") return parse_linear(model, layer);
  if (layer.name == "Flatten") return parse_plain<Flatten>(model, layer);
  if (layer.name == "Sigmoid") return parse_plain<Sigmoid>(model, layer);
  if (layer.name == "ReLU") return parse_plain<ReLU>(model, layer);
  if (layer.name == "Tanh") return parse_plain<Tanh>(model, layer);
  if (layer.name == "LeakyReLU") {
    return parse_number<LeakyReLU>(model, layer, "negative_slope", 0.01);
  }
  if (layer.name == "SiLU") return parse_plain<SiLU>(model, layer);
  if (layer.name == "ScaledTanh") return parse_plain<ScaledTanh>(model, layer);
  if (layer.name == "Dropout") return parse_number<Dropout>(model, layer, "p", 0.5);
  if (layer.name == "BatchNorm1d") return parse_batch_norm<BatchNorm1d>(model, layer);
  if (layer.name == "BatchNorm2d") return parse_batch_norm<BatchNorm2d>(model, layer);
  if (layer.name == "LeNet5C3") return parse_plain<LeNet5C3>(model, layer);
  if (layer.name == "Affine2d") return parse_plain<Affine2d>(model, layer);
  if (layer.name == "AdaptiveAvgPool2d") return parse_adaptive_pool(model, layer);
  throw model_text_error(model.text, layer.position,
                         "unknown layer " + layer.name.substr(0, 40) +
                             ", want Conv2d, AvgPool2d, MaxPool2d, AdaptiveAvgPool2d, Linear, "
                             "BatchNorm1d, BatchNorm2d, Affine2d, LeNet5C3, Dropout, Flatten, "
                             "Sigmoid, ReLU, LeakyReLU, SiLU, Tanh or ScaledTanh");
}

}  // namespace

Sequential Sequential::parse(std::string_view text) {
  const ModelText model = parse_model_text(text);
  Sequential net;
  for (const LayerText& layer : model.layers) {
    std::unique_ptr<Layer> made;
    try {
      made = parse_layer(model, layer);
    } catch (const Error& e) {
      if (std::string_view(e.what()).starts_with("model text")) throw;
      throw model_text_error(model.text, layer.position, e.what());  // out of range: show where
    }
    net.add(std::move(made));
  }
  return net;
}

}  // namespace lenet
