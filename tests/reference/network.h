// A network by the definitions of its layers, in double, and its gradient by central differences.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "lenet/label.h"
#include "lenet/shape.h"
#include "reference/layers.h"

namespace lenet::reference {

/// A layer: how many parameters it takes from the front of those left, and what it makes of one
/// image, or in training of all images of a batch together.
struct Layer {
  std::int64_t parameters = 0;
  std::function<Values(const Values& x, std::span<const double> parameters)> forward = {};
  std::function<std::vector<Values>(const std::vector<Values>& images,
                                    std::span<const double> parameters)>
      forward_batch = {};  ///< in place of `forward`
};

Layer conv2d_layer(const Sliding& s, std::int64_t out_channels, bool bias);
/// weights and biases: one a channel, or one an element; each there or not.
Layer group_norm_layer(const Shape& shape, std::int64_t groups, double eps, bool by_element,
                       bool weight, bool bias);
Layer prelu_layer(const Shape& shape, std::int64_t weights);
Layer upsample_layer(const Shape& shape, std::int64_t height, std::int64_t width);
Layer linear_layer(std::int64_t inputs, std::int64_t outputs, bool bias);
Layer zero_pad2d_layer(const Shape& in, const Shape& out, std::int64_t top, std::int64_t left);
Layer activation_layer(Function::Kind kind);
Layer mapping_layer(std::function<double(double)> f);
Layer batch_norm_layer(const ChannelNorm& norm, bool affine);

/// Zero where word element % 4 of Philox at (element / 4, image, step 0, stage) is below p, or else
/// divided by 1 - p.
Layer dropout_layer(double p, std::uint64_t seed, std::uint32_t stage);

using Network = std::vector<Layer>;

enum class Join { kSum, kConcat, kScale };

/// The values of branches that all read x: added up, one behind the other, or the first times the
/// second, an element of which is for so many of the first.
Layer joined_layer(std::vector<Network> branches, Join how);

/// The reference of a model text of built-in layers on images of shape `input`.
Network network_of(const std::string& text, Shape input);

/// Labelled images, one after the other, as the library takes them.
struct Examples {
  std::vector<float> values;
  std::vector<Label> labels;
};

/// Of a network without layers over the batch.
Values forward(const Network& net, const Values& parameters, const Values& image);

/// The mean cross-entropy in training, all examples as one batch.
double loss(const Network& net, const Values& parameters, const Examples& examples);

/// Its derivatives by the parameters: (loss(p + h) - loss(p - h)) / 2h, one by one.
Values gradient(const Network& net, const Values& parameters, const Examples& examples);

}  // namespace lenet::reference
