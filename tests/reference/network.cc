#include "reference/network.h"

#include <stdexcept>

#include "nn/arguments.h"
#include "nn/model_text.h"

namespace lenet::reference {
namespace {

Values part(std::span<const double> all, std::int64_t first, std::int64_t count) {
  const auto begin = all.begin() + first;
  return {begin, begin + count};
}

Sliding sliding(const Shape& in, IntegerPair kernel, IntegerPair stride, IntegerPair padding) {
  return {in[0], in[1], in[2], kernel[0], kernel[1], stride[0], stride[1], padding[0], padding[1]};
}

/// Adds the layer of `text` to `net` and moves `shape` on to its output.
void add_layer(const ModelText& model, const LayerText& text, Network& net, Shape& shape) {
  const std::string name(text.name);
  if (name == "Conv2d") {
    const Arguments a(model, text,
                      {{"out_channels"}, {"kernel_size"}, {"stride"}, {"padding"}, {"bias"}});
    const Sliding s =
        sliding(shape, a.pair("kernel_size"), a.pair("stride", {1, 1}), a.pair("padding", {0, 0}));
    net.push_back(conv2d_layer(s, a.integer("out_channels"), a.boolean("bias", true)));
    shape = {a.integer("out_channels"), s.out_height(), s.out_width()};
  } else if (name == "AvgPool2d" || name == "MaxPool2d") {
    const Arguments a(model, text, {{"kernel_size"}, {"stride"}, {"padding"}});
    const IntegerPair kernel = a.pair("kernel_size");
    const Sliding s = sliding(shape, kernel, a.pair("stride", kernel), a.pair("padding", {0, 0}));
    net.push_back(name == "AvgPool2d" ? avg_pool2d_layer(s) : max_pool2d_layer(s));
    shape = {shape[0], s.out_height(), s.out_width()};
  } else if (name == "Linear") {
    const Arguments a(model, text, {{"out_features"}, {"bias"}});
    net.push_back(linear_layer(shape.at(0), a.integer("out_features"), a.boolean("bias", true)));
    shape = {a.integer("out_features")};
  } else if (name == "Flatten") {
    shape = {element_count(shape)};
  } else if (name == "Sigmoid" || name == "ReLU" || name == "Tanh") {
    net.push_back(activation_layer(name == "Sigmoid" ? Activation::kSigmoid
                                   : name == "ReLU"  ? Activation::kReLU
                                                     : Activation::kTanh));
  } else {
    throw std::invalid_argument("the reference has no layer " + name);
  }
}

}  // namespace

Layer conv2d_layer(const Sliding& s, std::int64_t out_channels, bool bias) {
  const std::int64_t weights = out_channels * s.channels * s.kernel_height * s.kernel_width;
  const std::int64_t biases = bias ? out_channels : 0;
  return {weights + biases, [=](const Values& x, std::span<const double> p) {
            return conv2d(s, out_channels, x, part(p, 0, weights), part(p, weights, biases));
          }};
}

Layer linear_layer(std::int64_t inputs, std::int64_t outputs, bool bias) {
  const std::int64_t biases = bias ? outputs : 0;
  return {inputs * outputs + biases, [=](const Values& x, std::span<const double> p) {
            return linear(outputs, x, part(p, 0, inputs * outputs),
                          part(p, inputs * outputs, biases));
          }};
}

Layer avg_pool2d_layer(const Sliding& s) {
  return {0, [=](const Values& x, std::span<const double>) { return avg_pool2d(s, x); }};
}

Layer max_pool2d_layer(const Sliding& s) {
  return {0, [=](const Values& x, std::span<const double>) { return max_pool2d(s, x); }};
}

Layer activation_layer(Activation kind) {
  return {0, [=](Values x, std::span<const double>) {
            for (double& v : x) v = activation(kind, v);
            return x;
          }};
}

Network network_of(const std::string& text, Shape input) {
  const ModelText model = parse_model_text(text);
  Network net;
  for (const LayerText& layer : model.layers) add_layer(model, layer, net, input);
  return net;
}

Values forward(const Network& net, const Values& parameters, const Values& image) {
  Values x = image;
  std::int64_t first = 0;
  for (const Layer& layer : net) {
    x = layer.forward(x, part(parameters, first, layer.parameters));
    first += layer.parameters;
  }
  return x;
}

double loss(const Network& net, const Values& parameters, const Examples& examples) {
  const std::size_t size = examples.values.size() / examples.labels.size();
  double sum = 0;
  for (std::size_t n = 0; n < examples.labels.size(); ++n) {
    const float* image = examples.values.data() + n * size;
    sum += cross_entropy(forward(net, parameters, Values(image, image + size)), examples.labels[n]);
  }
  return sum / static_cast<double>(examples.labels.size());
}

Values gradient(const Network& net, const Values& parameters, const Examples& examples) {
  constexpr double kStep = 1e-5;  // its square and the rounding of a loss divided by it: 1e-10
  Values result, moved = parameters;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    moved[i] = parameters[i] + kStep;
    const double above = loss(net, moved, examples);
    moved[i] = parameters[i] - kStep;
    const double below = loss(net, moved, examples);
    moved[i] = parameters[i];
    result.push_back((above - below) / (2 * kStep));
  }
  return result;
}

}  // namespace lenet::reference
