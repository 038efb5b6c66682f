#include "io/onnx_readers.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace lenet::onnx {
namespace {

/// Lists of inputs as paths from one root.
class Paths {
 public:
  std::size_t behind(std::size_t place, std::string_view input) {
    const auto [found, added] = next_.emplace(std::pair(place, input), outputs_.size());
    if (added) outputs_.emplace_back();
    return found->second;
  }

  /// What the Concat of the inputs up to here gives; "" for none.
  std::string_view& output(std::size_t place) { return outputs_[place]; }

 private:
  std::map<std::pair<std::size_t, std::string_view>, std::size_t> next_;
  std::vector<std::string_view> outputs_ = {""};
};

/// Of one value alone each is a branch of its own.
bool of_several(const Node& concat) {
  return std::ranges::any_of(concat.inputs,
                             [&](std::string_view input) { return input != concat.inputs[0]; });
}

}  // namespace

// The axes are not compared: of the same values lenet takes one alone. Two nodes that read the same
// two values would be refused, so that nothing is lost.
void share_concats(Graph& graph) {
  Paths paths;
  for (Node& node : graph.nodes) {
    if (node.op != "Concat" || node.outputs.size() != 1) continue;
    std::size_t place = 0, shared = 0;
    std::string_view output;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      place = paths.behind(place, node.inputs[i]);
      if (paths.output(place).empty()) continue;
      output = paths.output(place);
      shared = i + 1;
    }
    if (of_several(node) && paths.output(place).empty()) paths.output(place) = node.outputs[0];
    if (shared == 0) continue;
    const auto first = node.inputs.begin();
    node.inputs.erase(first + 1, first + static_cast<std::ptrdiff_t>(shared));
    node.inputs[0] = output;
  }
}

Readers::Readers(const Graph& graph, const FusedNodes& fused) {
  for (const Node& node : graph.nodes) {
    if (node.op == "Shape") continue;
    for (const std::string_view input : node.inputs) ++reads_[input];
  }
  for (const auto& [first, layer] : fused) {
    std::int64_t own = 0;
    for (const std::size_t node : layer.nodes) {
      own += std::ranges::count(graph.nodes[node].inputs, layer.input);
    }
    reads_.at(layer.input) -= own - 1;
  }
}

std::int64_t Readers::of(std::string_view value) const {
  const auto found = reads_.find(value);
  return found == reads_.end() ? 0 : found->second;
}

}  // namespace lenet::onnx
