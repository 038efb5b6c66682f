// A built network as values and the nodes between them, in an order in which they can run: what
// every executor reads.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lenet/operation.h"
#include "lenet/sequential.h"

namespace lenet {

/// A layer between its values, or where the branches of a container meet.
struct Node {
  Operation op;
  std::string path;                    ///< as its parameters are named: "3.0" of "3.0.weight"
  std::vector<std::int64_t> inputs;    ///< values that it reads: several in a join
  std::int64_t output;                 ///< the value that it gives
  ParameterRange parameters, buffers;  ///< its places in the network's
  const Layer* layer;
  std::int64_t index;  ///< among the graph's nodes
};

/// "layer 3.0, Conv2d(6, 5)", for messages.
std::string name_of(const Node& node);

/// Refers to the layers of the network, which must outlive it and must not be built anew.
struct Graph {
  std::vector<Shape> values;  ///< of one image; the first is the network's input
  std::vector<Node> nodes;

  const Shape& input_of(const Node& node) const { return shape(node.inputs.front()); }
  const Shape& output_of(const Node& node) const { return shape(node.output); }
  const Shape& shape(std::int64_t value) const { return values[static_cast<std::size_t>(value)]; }
};

/// The part of a span that a range names.
template <class T>
std::span<T> part_of(std::span<T> all, ParameterRange range) {
  return all.subspan(static_cast<std::size_t>(range.first),
                     static_cast<std::size_t>(range.last - range.first));
}

inline bool is_flatten(const Node& node) { return std::holds_alternative<FlattenOp>(node.op); }

/// Whether it reads several values.
bool is_join(const Operation& op);

/// The value in whose memory each lies: itself, or what the Flatten that gives it reads.
std::vector<std::int64_t> memory_of(const Graph& graph);

/// Of a built network.
Graph graph_of(const Sequential& net);

/// The node of a layer by its path, "3.0"; of a group or a branch the last one in it. Throws Error
/// (kUsage), which names those that there are.
const Node& find_layer(const Graph& graph, std::string_view path);

/// What a node's value depends on, that node last. Values keep their numbers, nodes get new ones.
Graph part_up_to(const Graph& graph, const Node& node);

}  // namespace lenet
