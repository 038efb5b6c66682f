// A network as what an inference does to an image, for writers of other formats.
#pragma once

#include <string>
#include <vector>

#include "lenet/layers.h"
#include "lenet/sequential.h"

namespace lenet {

/// One layer in evaluation. Dropout is none: it changes nothing there.
struct Operation {
  enum class Kind {
    kConv2d,     ///< weight (out, in, kernel height, kernel width), bias (out) or none
    kLinear,     ///< weight (out, in), bias (out) or none
    kBatchNorm,  ///< (x - mean) / sqrt(variance + eps) * weight + bias, all (channels)
    kAffine,     ///< x * weight + bias, both (channels)
    kAvgPool2d,  ///< padding counts in the average
    kMaxPool2d,
    kFlatten,
    kSigmoid,
    kReLU,
    kTanh,
    kLeakyReLU,  ///< `slope` below 0
    kSiLU,
    kScaledTanh,  ///< 1.7159 tanh(2 x / 3)
  };

  Kind kind;
  std::string name;     ///< of the layer, as its parameters are named: "3" of "3.weight"
  Shape input, output;  ///< of one image
  Size2d kernel = 1, stride = 1, padding = 0;
  std::vector<float> weight = {}, bias = {}, mean = {}, variance = {};
  double eps = 0;
  float slope = 0;
};

/// The operations of a built network, in order. Throws Error (kUsage) for a layer that is not the
/// library's, naming it.
std::vector<Operation> operations_of(const Sequential& net);

}  // namespace lenet
