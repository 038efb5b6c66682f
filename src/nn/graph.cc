#include "nn/graph.h"

#include <fmt/format.h>

namespace lenet {

std::vector<std::int64_t> readers_of(const Graph& graph) {
  std::vector<std::int64_t> readers(graph.values.size(), 0);
  for (auto node = graph.nodes.rbegin(); node != graph.nodes.rend(); ++node) {
    const bool same_memory = std::holds_alternative<FlattenOp>(node->op);
    const std::int64_t count = same_memory ? readers[static_cast<std::size_t>(node->output)] : 1;
    for (const std::int64_t value : node->inputs) readers[static_cast<std::size_t>(value)] += count;
  }
  return readers;
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
