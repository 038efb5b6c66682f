#include "nn/inference.h"

#include <fmt/format.h>

#include "base/require.h"
#include "base/visit.h"
#include "lenet/error.h"
#include "nn/plan.h"
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
  const std::vector<ParameterInfo> tensors = layer.parameters();
  const bool norm = std::holds_alternative<BatchNormOp>(node.op);
  if (tensors.empty() && norm) {
    node.weight.assign(static_cast<std::size_t>(node.input[0]), 1.0f);
    node.bias.assign(static_cast<std::size_t>(node.input[0]), 0.0f);
  }
  if (tensors.empty()) return;
  const std::int64_t biases = tensors.size() > 1 ? element_count(tensors[1].shape) : 0;
  Tensors values(parameters);
  node.weight = values.take(std::ssize(parameters) - biases);
  node.bias = values.take_rest();
}

void read_statistics(std::span<const float> buffers, InferenceNode& node) {
  Tensors running(buffers);
  node.mean = running.take(std::ssize(buffers) / 2);
  node.variance = running.take_rest();
}

}  // namespace

std::vector<InferenceNode> inference_nodes(const Sequential& net) {
  net.require_built();
  std::vector<InferenceNode> nodes;
  for (std::int64_t i = 0; i < net.size(); ++i) {
    const Layer& layer = net[i];
    InferenceNode node{.op = layer.operation(),
                       .name = fmt::format("{}", i),
                       .input = i == 0 ? net.input_shape() : net.output_shape(i - 1),
                       .output = net.output_shape(i)};
    if (is_user_layer(layer)) {
      throw Error(ErrorKind::kUsage, fmt::format("layer {}, {}, which no other format knows", i,
                                                 own_layer_text(layer)));
    }
    if (std::holds_alternative<DropoutOp>(node.op)) continue;
    read_parameters(layer, part_of(net.parameters(), net.parameter_range(i)), node);
    read_statistics(part_of(net.buffers(), net.buffer_range(i)), node);
    nodes.push_back(std::move(node));
  }
  return nodes;
}

const Window& window_of(const InferenceNode& node) {
  return std::visit(
      Overloaded{[](const OneOf<Conv2dOp, AvgPool2dOp, MaxPool2dOp> auto& op) -> const Window& {
                   return op.window;
                 },
                 [](const OneOf<LinearOp, BatchNormOp, AffineOp, FunctionOp, DropoutOp, FlattenOp,
                                UserOp> auto&) -> const Window& { unknown("window"); }},
      node.op);
}

}  // namespace lenet
