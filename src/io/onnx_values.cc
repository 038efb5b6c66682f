#include "io/onnx_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string>

#include "io/onnx_graph.h"
#include "nn/graph.h"
#include "nn/inference.h"

namespace lenet::onnx {
namespace {

/// A file holds no momentum of a normalisation, and always a weight and a bias.
Operation as_in_a_file(Operation operation) {
  if (auto* norm = std::get_if<BatchNormOp>(&operation)) {
    norm->momentum = 0;
    norm->affine = true;
  }
  return operation;
}

bool same_layer(const InferenceNode& a, const InferenceNode& b) {
  return as_in_a_file(a.op) == as_in_a_file(b.op) && a.input == b.input && a.output == b.output &&
         a.weight.size() == b.weight.size() && a.bias.size() == b.bias.size();
}

/// A network without values of its own there takes no others than those.
bool holds(const Sequential& net, const InferenceNode& to, const InferenceNode& from) {
  const std::int64_t layer = std::stoll(to.name);
  const ParameterRange range = net.parameter_range(layer);
  return range.first < range.last || (to.weight == from.weight && to.bias == from.bias);
}

}  // namespace

void take_values(const Sequential& from, Sequential& net) {
  const std::vector<InferenceNode> source = inference_nodes(from), target = inference_nodes(net);
  bool same = source.size() == target.size();
  for (std::size_t i = 0; same && i < source.size(); ++i) {
    same = same_layer(source[i], target[i]) && holds(net, target[i], source[i]);
  }
  if (!same) {
    refuse(fmt::format("the file's layers are {}, want {}", from.text(), net.text()));
  }
  const auto copy = [](const std::vector<float>& values, std::span<float>& to) {
    std::ranges::copy(values, to.begin());
    to = to.subspan(values.size());
  };
  for (std::size_t i = 0; i < source.size(); ++i) {
    const std::int64_t layer = std::stoll(target[i].name);
    std::span<float> parameters = part_of(net.parameters(), net.parameter_range(layer));
    std::span<float> buffers = part_of(net.buffers(), net.buffer_range(layer));
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
