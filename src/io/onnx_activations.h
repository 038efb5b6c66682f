// Activations that several nodes of an ONNX graph make up.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "io/onnx_graph.h"
#include "io/onnx_operator.h"
#include "io/onnx_readers.h"
#include "lenet/layer.h"

namespace lenet::onnx {

struct Activation {
  std::unique_ptr<Layer> layer;
  std::string_view input;
  std::vector<std::size_t> nodes;  ///< their numbers, of which the last gives what it gives
};

/// x sigmoid(x) or 1.7159 tanh(2 x / 3), if it begins with node `first`.
std::optional<Activation> activation_at(std::size_t first, const Graph& graph,
                                        const Readers& readers, const Constants& constants);

}  // namespace lenet::onnx
