#include "nn/graph.h"

#include <fmt/format.h>

#include <numeric>

namespace lenet {

std::vector<std::int64_t> memory_of(const Graph& graph) {
  std::vector<std::int64_t> memory(graph.values.size());
  std::iota(memory.begin(), memory.end(), 0);
  for (const Node& node : graph.nodes) {
    if (!is_flatten(node)) continue;
    memory[static_cast<std::size_t>(node.output)] =
        memory[static_cast<std::size_t>(node.inputs.front())];
  }
  return memory;
}

Graph graph_of(const Sequential& net) {
  net.require_built();
  Graph graph{.values = {net.input_shape()}, .nodes = {}};
  for (std::int64_t i = 0; i < net.size(); ++i) {
    graph.values.push_back(net.output_shape(i));
    graph.nodes.push_back({.op = net[i].operation(),
                           .path = fmt::format("{}", i),
                           .inputs = {i},
                           .output = i + 1,
                           .parameters = net.parameter_range(i),
                           .buffers = net.buffer_range(i),
                           .layer = &net[i],
                           .index = i});
  }
  return graph;
}

}  // namespace lenet
