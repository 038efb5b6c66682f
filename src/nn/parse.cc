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
  throw model_text_error(model.text, layer.position,
                         "unknown layer " + layer.name.substr(0, 40) +
                             ", want Conv2d, AvgPool2d, MaxPool2d, Linear, Flatten, Sigmoid, ReLU "
                             "or Tanh");
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
