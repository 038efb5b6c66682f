#include "export/deployed.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/require.h"
#include "lenet/error.h"

namespace lenet {
namespace {

using Kind = Operation::Kind;

/// x * scale + shift for each channel.
struct ScaleShift {
  std::vector<double> scale, shift;
};

ScaleShift scale_shift_of(const Operation& norm) {
  ScaleShift result;
  for (std::size_t c = 0; c < norm.weight.size(); ++c) {
    double scale = static_cast<double>(norm.weight[c]);
    double shift = static_cast<double>(norm.bias[c]);
    if (norm.kind == Kind::kBatchNorm) {
      scale /= std::sqrt(static_cast<double>(norm.variance[c]) + norm.eps);
      shift -= static_cast<double>(norm.mean[c]) * scale;
    }
    result.scale.push_back(scale);
    result.shift.push_back(shift);
  }
  return result;
}

Operation affine_of(const Operation& norm) {
  const ScaleShift by = scale_shift_of(norm);
  return {.kind = Kind::kAffine,
          .name = norm.name,
          .input = norm.input,
          .output = norm.output,
          .weight = {by.scale.begin(), by.scale.end()},
          .bias = {by.shift.begin(), by.shift.end()}};
}

void fold_into(Operation& weighted, const ScaleShift& by) {
  const std::size_t row = weighted.weight.size() / by.scale.size();
  weighted.bias.resize(by.scale.size());
  for (std::size_t c = 0; c < by.scale.size(); ++c) {
    for (std::size_t i = c * row; i < (c + 1) * row; ++i) {
      weighted.weight[i] =
          static_cast<float>(static_cast<double>(weighted.weight[i]) * by.scale[c]);
    }
    weighted.bias[c] = static_cast<float>(
        std::fma(static_cast<double>(weighted.bias[c]), by.scale[c], by.shift[c]));
  }
}

void require_finite(const Operation& o) {
  const auto finite = [](float v) { return std::isfinite(v); };
  if (std::ranges::all_of(o.weight, finite) && std::ranges::all_of(o.bias, finite)) return;
  throw Error(ErrorKind::kBadInput,
              fmt::format("layer {}: with its normalisation worked in, a weight or bias is not a "
                          "finite float; train it again",
                          o.name));
}

}  // namespace

bool is_weighted(Kind kind) {
  switch (kind) {
    case Kind::kConv2d:
    case Kind::kLinear:
    case Kind::kAffine:
      return true;
    case Kind::kBatchNorm:
    case Kind::kAvgPool2d:
    case Kind::kMaxPool2d:
    case Kind::kFlatten:
    case Kind::kSigmoid:
    case Kind::kReLU:
    case Kind::kTanh:
    case Kind::kLeakyReLU:
    case Kind::kSiLU:
    case Kind::kScaledTanh:
      return false;
  }
  unknown("operation");
}

std::int64_t row_size(const Operation& weighted) {
  return std::ssize(weighted.weight) / weighted.output[0];
}

std::vector<Operation> fold_norms(std::vector<Operation> operations) {
  std::vector<Operation> folded;
  for (Operation& o : operations) {
    const bool norm = o.kind == Kind::kBatchNorm || o.kind == Kind::kAffine;
    if (norm && !folded.empty() && is_weighted(folded.back().kind)) {
      fold_into(folded.back(), scale_shift_of(o));
    } else {
      folded.push_back(norm ? affine_of(o) : std::move(o));
    }
  }
  return folded;
}

std::vector<Operation> deployed_operations(const Sequential& net) {
  std::vector<Operation> operations = fold_norms(operations_of(net));
  std::erase_if(operations, [](const Operation& o) { return o.kind == Kind::kFlatten; });
  for (const Operation& o : operations) require_finite(o);
  return operations;
}

}  // namespace lenet
