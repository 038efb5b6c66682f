#include "nn/inference.h"

#include <fmt/format.h>

#include <numeric>
#include <utility>

#include "base/require.h"
#include "base/visit.h"
#include "lenet/error.h"
#include "nn/graph.h"
#include "nn/user_layer.h"

namespace lenet {
namespace {

/// Floats of one layer, cut into its tensors in order.
class Tensors {
 public:
  explicit Tensors(std::span<const float> values) : rest_(values) {}

  std::vector<float> take(std::int64_t count) {
    const auto n = static_cast<std::size_t>(count);
    std::vector<float> tensor(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(n));
    rest_ = rest_.subspan(n);
    return tensor;
  }
  std::vector<float> take_rest() { return take(std::ssize(rest_)); }

 private:
  std::span<const float> rest_;
};

/// weight and bias, or ones and zeros where a normalisation has none.
void read_parameters(const Layer& layer, std::span<const float> parameters, InferenceNode& node) {
  const std::vector<ParameterInfo> tensors =
      is_join(node.op) ? std::vector<ParameterInfo>() : layer.parameters();
  if (!tensors.empty()) {
    const std::int64_t biases = tensors.size() > 1 ? element_count(tensors[1].shape) : 0;
    Tensors values(parameters);
    node.weight = values.take(std::ssize(parameters) - biases);
    node.bias = values.take_rest();
  }
  const auto* group_norm = std::get_if<GroupNormOp>(&node.op);
  if (!group_norm && !std::holds_alternative<BatchNormOp>(node.op)) return;
  const bool by_element = group_norm && group_norm->by_element;
  const auto count =
      static_cast<std::size_t>(by_element ? element_count(node.input) : node.input[0]);
  node.weight.resize(count, 1.0f);
  node.bias.resize(count, 0.0f);
}

void read_statistics(std::span<const float> buffers, InferenceNode& node) {
  Tensors running(buffers);
  node.mean = running.take(std::ssize(buffers) / 2);
  node.variance = running.take_rest();
}

}  // namespace

std::vector<InferenceNode> inference_nodes(const Sequential& net) {
  const Graph graph = graph_of(net);
  std::vector<InferenceNode> nodes;
  std::vector<std::int64_t> same(graph.values.size());  // as each value, but for Dropout
  std::iota(same.begin(), same.end(), 0);
  const auto at = [](std::int64_t value) { return static_cast<std::size_t>(value); };
  for (const Node& node : graph.nodes) {
    if (std::holds_alternative<UserOp>(node.op)) {
      throw Error(ErrorKind::kUsage, fmt::format("layer {}, {}, which no other format knows",
                                                 node.path, own_layer_text(*node.layer)));
    }
    std::vector<std::int64_t> inputs;
    std::vector<Shape> shapes;
    for (const std::int64_t input : node.inputs) {
      inputs.push_back(same[at(input)]);
      shapes.push_back(graph.shape(input));
    }
    if (std::holds_alternative<DropoutOp>(node.op)) {
      same[at(node.output)] = inputs.front();
      continue;
    }
    nodes.push_back({.op = node.op,
                     .name = node.path,
                     .input = graph.input_of(node),
                     .output = graph.output_of(node),
                     .inputs = std::move(inputs),
                     .value = node.output,
                     .input_shapes = std::move(shapes),
                     .parameters = node.parameters,
                     .buffers = node.buffers});
    read_parameters(*node.layer, part_of(net.parameters(), node.parameters), nodes.back());
    read_statistics(part_of(net.buffers(), node.buffers), nodes.back());
  }
  return nodes;
}

const Window& window_of(const InferenceNode& node) {
  return std::visit(
      [](const auto& op) -> const Window& {
        if constexpr (requires { op.window; }) return op.window;
        unknown("window");
      },
      node.op);
}

}  // namespace lenet
