#include "export/deployed.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "base/visit.h"
#include "lenet/error.h"

namespace lenet {
namespace {

/// x * scale + shift for each channel.
struct ScaleShift {
  std::vector<double> scale, shift;
};

ScaleShift scale_shift_of(const InferenceNode& norm) {
  ScaleShift result;
  for (std::size_t c = 0; c < norm.weight.size(); ++c) {
    double scale = static_cast<double>(norm.weight[c]);
    double shift = static_cast<double>(norm.bias[c]);
    if (const auto* op = std::get_if<BatchNormOp>(&norm.op)) {
      scale /= std::sqrt(static_cast<double>(norm.variance[c]) + op->eps);
      shift -= static_cast<double>(norm.mean[c]) * scale;
    }
    result.scale.push_back(scale);
    result.shift.push_back(shift);
  }
  return result;
}

InferenceNode affine_of(const InferenceNode& norm) {
  const ScaleShift by = scale_shift_of(norm);
  return {.op = AffineOp(),
          .name = norm.name,
          .input = norm.input,
          .output = norm.output,
          .weight = {by.scale.begin(), by.scale.end()},
          .bias = {by.shift.begin(), by.shift.end()},
          .inputs = norm.inputs,
          .value = norm.value};
}

void fold_into(InferenceNode& weighted, const ScaleShift& by) {
  const std::size_t row = weighted.weight.size() / by.scale.size();
  weighted.bias.resize(by.scale.size());
  if (auto* conv = std::get_if<Conv2dOp>(&weighted.op)) conv->bias = true;
  if (auto* linear = std::get_if<LinearOp>(&weighted.op)) linear->bias = true;
  for (std::size_t c = 0; c < by.scale.size(); ++c) {
    for (std::size_t i = c * row; i < (c + 1) * row; ++i) {
      weighted.weight[i] =
          static_cast<float>(static_cast<double>(weighted.weight[i]) * by.scale[c]);
    }
    weighted.bias[c] = static_cast<float>(
        std::fma(static_cast<double>(weighted.bias[c]), by.scale[c], by.shift[c]));
  }
}

/// Channels of outputs, each with weights of its own.
bool is_weighted(const InferenceNode& node) {
  return std::visit([]<class Op>(const Op&) { return OneOf<Op, Conv2dOp, LinearOp, AffineOp>; },
                    node.op);
}

void require_finite(const InferenceNode& o) {
  const auto finite = [](float v) { return std::isfinite(v); };
  if (std::ranges::all_of(o.weight, finite) && std::ranges::all_of(o.bias, finite)) return;
  throw Error(ErrorKind::kBadInput,
              fmt::format("layer {}: with its normalisation worked in, a weight or bias is not a "
                          "finite float; train it again",
                          o.name));
}

}  // namespace

std::int64_t row_size(const InferenceNode& weighted) {
  return std::ssize(weighted.weight) / weighted.output[0];
}

std::int64_t readers_of(const std::vector<InferenceNode>& nodes, std::int64_t value) {
  std::int64_t readers = 0;
  for (const InferenceNode& o : nodes) readers += std::ranges::count(o.inputs, value);
  return readers;
}

std::vector<InferenceNode> fold_norms(std::vector<InferenceNode> operations) {
  std::map<std::int64_t, std::int64_t> readers;  // of each value
  for (const InferenceNode& o : operations) {
    for (const std::int64_t input : o.inputs) ++readers[input];
  }
  std::vector<InferenceNode> folded;
  for (InferenceNode& o : operations) {
    const bool norm =
        std::holds_alternative<BatchNormOp>(o.op) || std::holds_alternative<AffineOp>(o.op);
    const auto before = std::ranges::find(folded, o.inputs.front(), &InferenceNode::value);
    if (norm && before != folded.end() && is_weighted(*before) && readers.at(before->value) == 1) {
      fold_into(*before, scale_shift_of(o));
      before->value = o.value;
    } else {
      folded.push_back(norm ? affine_of(o) : std::move(o));
    }
  }
  return folded;
}

std::vector<InferenceNode> deployed_nodes(const Sequential& net) {
  std::vector<InferenceNode> nodes;
  std::map<std::int64_t, std::int64_t> same;  // as the value of a Flatten
  for (InferenceNode& o : fold_norms(inference_nodes(net))) {
    for (std::int64_t& input : o.inputs) {
      if (const auto found = same.find(input); found != same.end()) input = found->second;
    }
    if (std::holds_alternative<FlattenOp>(o.op)) {
      same[o.value] = o.inputs.front();
      continue;
    }
    require_finite(o);
    nodes.push_back(std::move(o));
  }
  return nodes;
}

}  // namespace lenet
