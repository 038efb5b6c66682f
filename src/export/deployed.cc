#include "export/deployed.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

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
          .bias = {by.shift.begin(), by.shift.end()}};
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

void require_finite(const InferenceNode& o) {
  const auto finite = [](float v) { return std::isfinite(v); };
  if (std::ranges::all_of(o.weight, finite) && std::ranges::all_of(o.bias, finite)) return;
  throw Error(ErrorKind::kBadInput,
              fmt::format("layer {}: with its normalisation worked in, a weight or bias is not a "
                          "finite float; train it again",
                          o.name));
}

}  // namespace

bool is_weighted(const InferenceNode& node) {
  return std::visit([]<class Op>(const Op&) { return OneOf<Op, Conv2dOp, LinearOp, AffineOp>; },
                    node.op);
}

std::int64_t row_size(const InferenceNode& weighted) {
  return std::ssize(weighted.weight) / weighted.output[0];
}

std::vector<InferenceNode> fold_norms(std::vector<InferenceNode> operations) {
  std::vector<InferenceNode> folded;
  for (InferenceNode& o : operations) {
    const bool norm =
        std::holds_alternative<BatchNormOp>(o.op) || std::holds_alternative<AffineOp>(o.op);
    if (norm && !folded.empty() && is_weighted(folded.back())) {
      fold_into(folded.back(), scale_shift_of(o));
    } else {
      folded.push_back(norm ? affine_of(o) : std::move(o));
    }
  }
  return folded;
}

std::vector<InferenceNode> deployed_nodes(const Sequential& net) {
  std::vector<InferenceNode> operations = inference_nodes(net);
  for (const InferenceNode& o : operations) {
    if (o.inputs.size() == 1) continue;
    throw Error(ErrorKind::kUsage, fmt::format("layer {}: an exported network has no branches; "
                                               "export it to ONNX",
                                               o.name));
  }
  operations = fold_norms(std::move(operations));
  std::erase_if(operations,
                [](const InferenceNode& o) { return std::holds_alternative<FlattenOp>(o.op); });
  for (const InferenceNode& o : operations) require_finite(o);
  return operations;
}

}  // namespace lenet
