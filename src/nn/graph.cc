#include "nn/graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/require.h"
#include "base/visit.h"
#include "lenet/error.h"
#include "nn/container.h"
#include "nn/user_layer.h"
#include "nn/window.h"

namespace lenet {
namespace {

/// Whether layer i is a convolution that takes the zeros in front of it.
bool is_conv2d(const Sequential& layers, std::int64_t i) {
  return i < layers.size() && !container_of(layers[i]) &&
         std::holds_alternative<Conv2dOp>(layers[i].operation());
}

/// A graph as it grows, in the order of the text.
class Builder {
 public:
  explicit Builder(const Sequential& net) : graph_{.values = {net.input_shape()}, .nodes = {}} {
    add(net, 0, "");
  }

  Graph take() { return std::move(graph_); }

 private:
  /// The layers one after the other, from `value`; returns what the last one gives. `path` stands
  /// before their numbers.
  std::int64_t add(const Sequential& layers, std::int64_t value, const std::string& path) {
    Padding padding;  // in front of the next convolution
    for (std::int64_t i = 0; i < layers.size(); ++i) {
      const std::string at = fmt::format("{}{}", path, i);
      if (const Container* container = container_of(layers[i])) {
        value = add(*container, layers.output_shape(i), value, at);
        continue;
      }
      Operation op = layers[i].operation();
      if (const auto* zeros = std::get_if<ZeroPad2dOp>(&op); zeros && is_conv2d(layers, i + 1)) {
        padding = sum(padding, zeros->padding);
        continue;
      }
      if (auto* conv2d = std::get_if<Conv2dOp>(&op)) {
        conv2d->window.padding = sum(conv2d->window.padding, std::exchange(padding, Padding()));
      }
      require(!is_join(op), fmt::format("layer {}, {}: a layer of your own reads one value", at,
                                        layers[i].text()));
      value = add_node({.op = op,
                        .path = at,
                        .inputs = {value},
                        .output = -1,
                        .parameters = layers.parameter_range(i),
                        .buffers = layers.buffer_range(i),
                        .layer = &layers[i],
                        .index = -1},
                       layers.output_shape(i));
    }
    return value;
  }

  /// What is in the container, and the node where that meets.
  std::int64_t add(const Container& container, const Shape& output, std::int64_t value,
                   const std::string& path) {
    std::vector<std::int64_t> joined;
    if (container.joined() > std::ssize(container.branches())) joined.push_back(value);
    for_each_branch(container, path, [&](const Sequential& branch, const std::string& within) {
      joined.push_back(add(branch, value, within));
    });
    if (joined.size() == 1) return joined.front();
    return add_node({.op = container.operation(),
                     .path = path,
                     .inputs = std::move(joined),
                     .output = -1,
                     .parameters = {},
                     .buffers = {},
                     .layer = &container,
                     .index = -1},
                    output);
  }

  std::int64_t add_node(Node node, const Shape& output) {
    node.output = std::ssize(graph_.values);
    node.index = std::ssize(graph_.nodes);
    graph_.values.push_back(output);
    graph_.nodes.push_back(std::move(node));
    return graph_.nodes.back().output;
  }

  Graph graph_;
};

}  // namespace

bool is_join(const Operation& op) {
  return std::visit([]<class Op>(const Op&) { return OneOf<Op, SumOp, ConcatOp, ScaleOp>; }, op);
}

std::string name_of(const Node& node) {
  const Container* container = container_of(*node.layer);
  return fmt::format("layer {}, {}", node.path,
                     container ? container->name() + "[ ]" : text_of(*node.layer));
}

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
  return Builder(net).take();
}

const Node& find_layer(const Graph& graph, std::string_view path) {
  const Node* found = nullptr;
  for (const Node& node : graph.nodes) {
    const std::string_view at = node.path;
    const bool within = at.starts_with(path) && at.substr(path.size()).starts_with('.');
    if (!path.empty() && (at == path || within)) found = &node;
  }
  if (found) return *found;
  std::string known;
  for (const Node& node : graph.nodes) known += (known.empty() ? "" : ", ") + node.path;
  throw Error(ErrorKind::kUsage, fmt::format("layer {}: no layer that gives a value of its own; "
                                             "want one of {}",
                                             path, known));
}

Graph part_up_to(const Graph& graph, const Node& node) {
  std::vector<bool> needed(graph.values.size());
  needed[static_cast<std::size_t>(node.output)] = true;
  Graph part{.values = graph.values, .nodes = {}};
  for (std::int64_t i = node.index; i >= 0; --i) {
    const Node& before = graph.nodes[static_cast<std::size_t>(i)];
    if (!needed[static_cast<std::size_t>(before.output)]) continue;
    for (const std::int64_t input : before.inputs) needed[static_cast<std::size_t>(input)] = true;
    part.nodes.push_back(before);
  }
  std::ranges::reverse(part.nodes);
  for (std::size_t i = 0; i < part.nodes.size(); ++i) {
    part.nodes[i].index = static_cast<std::int64_t>(i);
  }
  return part;
}

}  // namespace lenet
