#include "nn/graph.h"

#include <fmt/format.h>

namespace lenet {

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
