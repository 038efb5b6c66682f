#include "nn/stage.h"

#include <utility>

#include "base/function_formula.h"

namespace lenet {
namespace {

/// The function that can be merged into the stage before; null for any other node.
const Function* merged_function(const Node& node) {
  const auto* op = std::get_if<FunctionOp>(&node.op);
  return op && told_by_value(op->function) ? &op->function : nullptr;
}

/// The node whose output is the network's, but for Flatten; -1 if there is none.
std::int64_t last_node(const Graph& graph) {
  std::int64_t last = std::ssize(graph.nodes) - 1;
  while (last >= 0 && is_flatten(graph.nodes[static_cast<std::size_t>(last)])) --last;
  return last;
}

}  // namespace

std::vector<Stage> stages_of(const Graph& graph, const Frozen& frozen, Values values) {
  const auto at = [](std::int64_t value) { return static_cast<std::size_t>(value); };
  const std::vector<std::int64_t> memory = memory_of(graph);
  std::vector<std::int64_t> readers(graph.values.size(), 0);  // of each memory
  for (const Node& node : graph.nodes) {
    if (is_flatten(node)) continue;
    for (const std::int64_t input : node.inputs) ++readers[at(memory[at(input)])];
  }
  std::vector<Stage> stages;
  const std::int64_t last = last_node(graph);
  std::vector<std::int64_t> made_by(graph.values.size(), -1);  // the stage that writes each memory
  for (const Node& node : graph.nodes) {
    if (is_flatten(node)) continue;
    std::vector<std::int64_t> sources;
    for (const std::int64_t input : node.inputs) sources.push_back(made_by[at(memory[at(input)])]);
    const std::int64_t source = sources.front();
    const Function* function = values == Values::kAll ? nullptr : merged_function(node);
    if (function && node.index != last && source >= 0 &&
        readers[at(memory[at(node.inputs.front())])] == 1 &&
        stages[at(source)].activation == Function()) {
      stages[at(source)].activation = *function;
      made_by[at(node.output)] = source;
      continue;
    }
    const bool norm = std::holds_alternative<BatchNormOp>(node.op);
    made_by[at(node.output)] = std::ssize(stages);
    stages.push_back({.node = node,
                      .sources = std::move(sources),
                      .number = std::ssize(stages),
                      .trains = !trained_parts(node.parameters, frozen.parameters).empty(),
                      .fixed_statistics = norm && keeps_statistics(node.buffers, frozen)});
  }
  return stages;
}

std::size_t first_trained(const std::vector<Stage>& stages) {
  std::size_t first = 0;
  while (first < stages.size() && !stages[first].trains) ++first;
  return first;
}

}  // namespace lenet
