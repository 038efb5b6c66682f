// What the layers of a network make of an image, one by one.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lenet/dataset.h"
#include "lenet/export.h"
#include "lenet/sequential.h"

namespace LENET_PUBLIC lenet {

/// The output of a layer, or of a container where values meet.
struct Activation {
  std::string path;           ///< as its parameters are named: "3" or "3.0"
  std::string text;           ///< "Conv2d(6, 5, padding=2)", "Residual"
  Shape shape;                ///< of one image
  std::vector<float> values;  ///< (images, shape)
};

/// The outputs of all layers in the order of the text, the network's last, for `values` of shape
/// (images, shape of the network's input), as an evaluation has them. A ZeroPad2d in front of a
/// Conv2d is part of that. Throws Error (kUsage) for another number of values.
std::vector<Activation> activations(const Sequential& net, std::span<const float> values);

/// The same for the images of `data` that `indices` names, normalised as the network says.
std::vector<Activation> activations(const Sequential& net, const Dataset& data,
                                    std::span<const std::int32_t> indices);

/// One of them alone: no layer behind it is computed. `layer` is its path; of a group that of the
/// last layer in it. Throws Error (kUsage) also for a layer that there is not.
Activation activation(const Sequential& net, const Dataset& data,
                      std::span<const std::int32_t> indices, std::string_view layer,
                      int threads = 0);

/// The output of one layer alone, (images, shape of its output), in the same way.
std::vector<float> forward(const Sequential& net, std::span<const float> values,
                           std::string_view layer, int threads = 0);

}  // namespace lenet
