#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/require.h"
#include "export/calibrate.h"
#include "export/deployed.h"
#include "export/int8_network.h"

namespace lenet {
namespace {

/// The products of a sum take half of its 32 bits.
constexpr std::int64_t kMostProducts = (1 << 30) / (127 * 255);

void require_short_sums(const FloatOperation& operation) {
  const std::int64_t products = operation.int8().products;
  require(products <= kMostProducts,
          fmt::format("layer {}: a sum of {} products, but 32 bits hold {} of 8 bits; export it in "
                      "float",
                      operation.node().name, products, kMostProducts));
}

InferenceNode without_floats(const InferenceNode& o) {
  InferenceNode result = o;
  for (auto* values : {&result.weight, &result.bias, &result.mean, &result.variance}) {
    *values = {};
  }
  return result;
}

bool is_relu(const InferenceNode& o) {
  return o.op == Operation(FunctionOp{{Function::Kind::kReLU}});
}

/// The node that alone reads this one's value, if it is a ReLU: nodes.size() if there is none.
std::size_t only_relu(const std::vector<InferenceNode>& nodes, const InferenceNode& o) {
  const auto reader = std::ranges::find_if(nodes, [&](const InferenceNode& n) {
    return std::ranges::find(n.inputs, o.value) != n.inputs.end();
  });
  const bool alone = reader != nodes.end() && is_relu(*reader) && readers_of(nodes, o.value) == 1;
  return alone ? static_cast<std::size_t>(reader - nodes.begin()) : nodes.size();
}

/// A node, and the one whose value it gives in integers: itself, or a ReLU that it takes.
struct Step {
  std::size_t node, gives;
};

std::vector<Step> steps_of(const std::vector<InferenceNode>& nodes,
                           const std::vector<FloatOperationPtr>& operations) {
  std::vector<Step> steps;
  std::vector<bool> done(nodes.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (done[i]) continue;
    const bool takes_relu = operations[i]->int8().takes_relu;
    const std::size_t relu = takes_relu ? only_relu(nodes, nodes[i]) : nodes.size();
    steps.push_back({i, relu < nodes.size() ? relu : i});
    done[steps.back().gives] = true;
  }
  return steps;
}

/// The scales of the values, and the operations between them.
void quantize(const std::vector<InferenceNode>& nodes,
              const std::vector<FloatOperationPtr>& operations, const ValueRanges& ranges,
              QuantizedNetwork::State& to) {
  const std::vector<Step> steps = steps_of(nodes, operations);
  for (const auto& [node, gives] : steps) {
    to.nodes.push_back(without_floats(nodes[node]));
    to.nodes.back().value = nodes[gives].value;
  }
  std::map<std::int64_t, Affine8> scales = {{0, Affine8::over(ranges.image)}};
  for (std::size_t k = 0; k < steps.size(); ++k) {
    const InferenceNode& o = to.nodes[k];
    const FloatOperation& operation = *operations[steps[k].node];
    if (steps[k].node + 1 == nodes.size() && std::holds_alternative<LinearOp>(o.op)) {
      to.last = int8_logits(o, operation.node(), scales.at(o.inputs.front()));
      return;
    }
    Scales8 by;
    for (const std::int64_t input : o.inputs) by.in.push_back(scales.at(input));
    by.out = operation.int8().keeps_scale ? by.in[0] : Affine8::over(ranges.nodes[steps[k].gives]);
    scales[o.value] = by.out;
    to.operations.push_back(operation.quantized(o, by));
  }
  const std::int64_t end = to.nodes.empty() ? 0 : to.nodes.back().value;
  to.last = dequantized(end, scales.at(end), to.output);
}

}  // namespace

QuantizedNetwork::QuantizedNetwork(const Sequential& net, const Dataset& data,
                                   std::int64_t images) {
  const std::vector<InferenceNode> nodes = deployed_nodes(net);
  const std::vector<FloatOperationPtr> operations = device_operations(nodes);
  require_image_shape(data, net.input_shape());
  require(images >= 1 && data.size() >= 1, "no images to calibrate on, want at least one");
  for (const FloatOperationPtr& operation : operations) require_short_sums(*operation);
  const ValueRanges ranges =
      calibrate(operations, net.normalization(), data, std::min(images, data.size()));
  auto state = std::make_unique<State>();
  const Affine8 input = Affine8::over(ranges.image);
  state->input = net.input_shape();
  state->output = net.output_shape();
  state->image = data.has_bytes() ? input_of_bytes(net.normalization(), input)
                                  : input_of_numbers(net.normalization(), input);
  quantize(nodes, operations, ranges, *state);
  state_ = std::move(state);
}

QuantizedNetwork::~QuantizedNetwork() = default;
QuantizedNetwork::QuantizedNetwork(QuantizedNetwork&&) noexcept = default;
QuantizedNetwork& QuantizedNetwork::operator=(QuantizedNetwork&&) noexcept = default;

}  // namespace lenet
