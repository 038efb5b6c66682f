// Several nodes of an ONNX graph that lenet has one layer for.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string_view>
#include <vector>

#include "io/onnx_chain.h"
#include "io/onnx_graph.h"

namespace lenet::onnx {

struct Fused {
  std::function<void(Chain&)> add;  ///< the layer, behind the value that the nodes make it of
  std::string_view input = {};      ///< that value
  std::vector<std::size_t> nodes =
      {};  ///< their numbers, of which the last gives what the layer does
};

/// Functions of one number, as x sigmoid(x) or 1.7159 tanh(2 x / 3), however they are written: at
/// 39 numbers the nodes give the function within 1e-6 of 1 and of its size. LayerNorms without
/// weight and bias, of means and arithmetic, likewise on images of six deviations, 3e-6 to 300. By
/// the first of their nodes, which no two share.
using FusedNodes = std::map<std::size_t, Fused>;
FusedNodes fused_in(const Graph& graph);

}  // namespace lenet::onnx
