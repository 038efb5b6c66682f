// A network as what an inference does to an image, for writers of other formats.
#pragma once

#include <string>
#include <vector>

#include "lenet/operation.h"
#include "lenet/sequential.h"

namespace lenet {

/// One layer in evaluation, with its values.
struct InferenceNode {
  Operation op;         ///< no DropoutOp, which changes nothing there, and no UserOp
  std::string name;     ///< of the layer, as its parameters are named: "3" of "3.weight"
  Shape input, output;  ///< of one image
  std::vector<float> weight = {}, bias = {}, mean = {}, variance = {};
  std::vector<std::int64_t> inputs = {};  ///< numbers of the values that it reads
  std::int64_t value = 0;                 ///< of the one that it gives; 0 is the network's input
  std::vector<Shape> input_shapes = {};   ///< of each input; `input` is the first
  ParameterRange parameters = {}, buffers = {};  ///< its places in the network's
};

/// The nodes of a built network, in order. Throws Error (kUsage) for a layer that is not the
/// library's, naming it.
std::vector<InferenceNode> inference_nodes(const Sequential& net);

/// Of a convolution or a pooling.
const Window& window_of(const InferenceNode& node);

}  // namespace lenet
