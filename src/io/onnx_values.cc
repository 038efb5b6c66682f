#include "io/onnx_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <ranges>
#include <span>
#include <vector>

#include "io/onnx_graph.h"
#include "nn/graph.h"
#include "nn/inference.h"

namespace lenet::onnx {
namespace {

/// A file holds no momentum of a normalisation, and always a weight and a bias; nor does it tell
/// channels of one element from elements.
Operation as_in_a_file(const InferenceNode& node) {
  Operation operation = node.op;
  if (auto* norm = std::get_if<BatchNormOp>(&operation)) {
    norm->momentum = 0;
    norm->affine = true;
  } else if (auto* groups = std::get_if<GroupNormOp>(&operation)) {
    const bool weighs = groups->weight || groups->bias;
    groups->by_element =
        groups->by_element && weighs && element_count(node.output) > node.output.front();
  }
  return operation;
}

bool same_layer(const InferenceNode& a, const InferenceNode& b) {
  return as_in_a_file(a) == as_in_a_file(b) && a.input == b.input && a.output == b.output &&
         a.weight.size() == b.weight.size() && a.bias.size() == b.bias.size();
}

/// A network without values of its own there takes no others than those.
bool holds(const InferenceNode& to, const InferenceNode& from) {
  return to.parameters.first < to.parameters.last ||
         (to.weight == from.weight && to.bias == from.bias);
}

/// Whether they do the same one by one, from the same values.
bool same_network(const std::vector<InferenceNode>& from, const std::vector<InferenceNode>& to) {
  if (from.size() != to.size()) return false;
  std::map<std::int64_t, std::int64_t> values = {{0, 0}};
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::vector<std::int64_t> inputs;
    for (const std::int64_t value : from[i].inputs) inputs.push_back(values.at(value));
    const bool swapped = std::holds_alternative<SumOp>(to[i].op) && inputs.size() == 2 &&
                         std::ranges::equal(inputs, to[i].inputs | std::views::reverse);
    if (inputs != to[i].inputs && !swapped) return false;
    if (!same_layer(from[i], to[i]) || !holds(to[i], from[i])) return false;
    values[from[i].value] = to[i].value;
  }
  return true;
}

void copy(const std::vector<float>& values, std::span<float>& to) {
  std::ranges::copy(values, to.begin());
  to = to.subspan(values.size());
}

}  // namespace

void take_values(const Sequential& from, Sequential& net) {
  const std::vector<InferenceNode> source = inference_nodes(from), target = inference_nodes(net);
  if (!same_network(source, target)) {
    refuse(fmt::format("the file's layers are {}, want {}", from.text(), net.text()));
  }
  for (std::size_t i = 0; i < source.size(); ++i) {
    std::span<float> parameters = part_of(net.parameters(), target[i].parameters);
    std::span<float> buffers = part_of(net.buffers(), target[i].buffers);
    if (!parameters.empty()) {
      copy(source[i].weight, parameters);
      copy(source[i].bias, parameters);
    }
    copy(source[i].mean, buffers);
    copy(source[i].variance, buffers);
  }
  net.constrain();
}

}  // namespace lenet::onnx
