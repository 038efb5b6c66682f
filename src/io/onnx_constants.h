// The nodes of an ONNX graph whose values do not depend on the images.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>

#include "io/onnx_operator.h"

namespace lenet::onnx {

/// The shapes of the values between the layers by name, the batch (-1: free) in front.
using ValueShapes = std::map<std::string_view, Shape>;

/// Of all ConstantOfShape, whose values are in no file: 1 GiB.
inline constexpr std::int64_t kMostFilled = std::int64_t{1} << 28;

/// What nodes give where that is a constant.
class Folding {
 public:
  /// Refers to the first two. All computed constants hold at most `most_values`.
  Folding(const Constants& constants, const ValueShapes& shapes, std::int64_t most_values)
      : constants_(constants), shapes_(shapes), left_(most_values) {}

  /// Of Constant, ConstantOfShape and Shape; of weights and lists of integers through Identity,
  /// Cast, Reshape, Squeeze, Unsqueeze and arithmetic; of weights through Transpose; of integers,
  /// as PyTorch computes shapes, through Gather, Slice and Concat. Nothing for another node. Throws
  /// Error (kBadInput).
  std::optional<Tensor> of(const Node& node);

 private:
  std::optional<Tensor> unbounded(const Node& node) const;
  void require_room(const Node& node) const;

  const Constants& constants_;
  const ValueShapes& shapes_;
  std::int64_t left_, fills_left_ = kMostFilled;
};

}  // namespace lenet::onnx
