// A network by the definitions of its layers, in double, and its gradient by central differences.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "lenet/shape.h"
#include "reference/layers.h"

namespace lenet::reference {

/// A layer: how many parameters it takes from the front of those left, and what it makes of one
/// image.
struct Layer {
  std::int64_t parameters = 0;
  std::function<Values(const Values& x, std::span<const double> parameters)> forward;
};

Layer conv2d_layer(const Sliding& s, std::int64_t out_channels, bool bias);
Layer linear_layer(std::int64_t inputs, std::int64_t outputs, bool bias);
Layer avg_pool2d_layer(const Sliding& s);
Layer max_pool2d_layer(const Sliding& s);
Layer activation_layer(Activation kind);

using Network = std::vector<Layer>;

/// The reference of a model text of built-in layers on images of shape `input`.
Network network_of(const std::string& text, Shape input);

/// Labelled images, one after the other, as the library takes them.
struct Examples {
  std::vector<float> values;
  std::vector<std::uint8_t> labels;
};

Values forward(const Network& net, const Values& parameters, const Values& image);

/// The mean cross-entropy.
double loss(const Network& net, const Values& parameters, const Examples& examples);

/// Its derivatives by the parameters: (loss(p + h) - loss(p - h)) / 2h, one by one.
Values gradient(const Network& net, const Values& parameters, const Examples& examples);

}  // namespace lenet::reference
