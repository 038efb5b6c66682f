// A node of an ONNX graph beside the constants that it takes.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "io/onnx_graph.h"

namespace lenet::onnx {

/// Initializers and outputs of Constant nodes by name.
using Constants = std::map<std::string_view, Tensor>;

/// "node "conv1" ("Conv")", for messages; one without a name goes by its number in the file, from 0
/// on, and what it gives.
std::string describe(const Node& node, std::size_t number);

/// Refers to both. Its members throw Error (kBadInput).
class Operator {
 public:
  Operator(const Node& node, const Constants& constants) : node_(node), constants_(constants) {}

  const Node& node() const { return node_; }

  bool has(std::string_view attribute) const { return find(attribute) != nullptr; }

  /// Attributes, or what ONNX takes for one that is not there.
  std::int64_t integer(std::string_view name, std::int64_t missing) const;
  float number(std::string_view name, float missing) const;
  std::string_view text(std::string_view name, std::string_view missing) const;
  std::vector<std::int64_t> integers(std::string_view name) const;

  /// The attribute axes, or from some opset on the constant input i; none where there is neither.
  std::vector<std::int64_t> axes(std::size_t i) const;

  bool is_constant(std::size_t i) const { return constants_.contains(node_.inputs[i]); }

  /// The constant that is input i; null where there is no such input.
  const Tensor* find_constant(std::size_t i) const;
  const Tensor& constant(std::size_t i, const char* what) const;

  /// The values of input i, which must be `count`.
  std::vector<float> values(std::size_t i, std::int64_t count, const char* what) const;

  /// Null where there is no such attribute.
  const Attribute* find(std::string_view name) const;

 private:
  const Node& node_;
  const Constants& constants_;
};

/// The values of the one behind those of the other.
std::vector<float> joined(std::vector<float> first, const std::vector<float>& second);

}  // namespace lenet::onnx
