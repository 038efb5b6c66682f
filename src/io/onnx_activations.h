// Functions of one number that several nodes of an ONNX graph make up.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "io/onnx_graph.h"
#include "lenet/layer.h"

namespace lenet::onnx {

struct Activation {
  std::unique_ptr<Layer> (*make)();
  std::string_view input;          ///< the value that it is a function of
  std::vector<std::size_t> nodes;  ///< their numbers, of which the last gives what it gives
};

/// x sigmoid(x), 1.7159 tanh(2 x / 3) and so on, however they are written: at 39 numbers the nodes
/// give the function within 1e-6 of 1 and of its size. By the first of their nodes, which no two
/// share.
using Activations = std::map<std::size_t, Activation>;
Activations activations_in(const Graph& graph);

}  // namespace lenet::onnx
