#include "io/onnx_activations.h"

#include "base/function_formula.h"
#include "lenet/layers.h"

namespace lenet::onnx {
namespace {

/// What `node` multiplies by this one constant number; "" if it does not.
std::string_view scaled(const Node& node, float factor, const Constants& constants) {
  if (node.op != "Mul" || node.inputs.size() != 2) return "";
  for (std::size_t i = 0; i < 2; ++i) {
    const auto constant = constants.find(node.inputs[i]);
    if (constant != constants.end() && constant->second.dims.empty() &&
        constant->second.type == kFloat && read_floats(constant->second)[0] == factor) {
      return node.inputs[1 - i];
    }
  }
  return "";
}

}  // namespace

std::optional<Activation> activation_at(std::size_t first, const Graph& graph,
                                        const Readers& readers, const Constants& constants) {
  const Node& node = graph.nodes[first];
  if (const auto mul = readers.silu(first)) {
    return Activation{std::make_unique<SiLU>(), node.inputs[0], {first, *mul}};
  }
  const std::string_view input = scaled(node, kSlope<float>, constants);
  const std::optional<std::size_t> tanh = readers.only_one(first);
  if (input.empty() || !tanh || graph.nodes[*tanh].op != "Tanh") return std::nullopt;
  const std::optional<std::size_t> last = readers.only_one(*tanh);
  if (!last || scaled(graph.nodes[*last], kAmplitude<float>, constants).empty()) {
    return std::nullopt;
  }
  return Activation{std::make_unique<ScaledTanh>(), input, {first, *tanh, *last}};
}

}  // namespace lenet::onnx
