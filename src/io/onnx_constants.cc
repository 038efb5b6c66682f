#include "io/onnx_constants.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace lenet::onnx {
namespace {

using Integers = std::vector<std::int64_t>;

constexpr std::size_t kMostIntegers = 64;

bool is_integer(std::int64_t type) { return type == kInt64 || type == kInt32; }

Tensor integers_tensor(Integers values, Shape dims) {
  return {.name = {},
          .dims = std::move(dims),
          .type = kInt64,
          .message = {},
          .computed = std::move(values)};
}

Tensor list_of(Integers values) {
  const std::int64_t count = std::ssize(values);
  return integers_tensor(std::move(values), {count});
}

Tensor value_of_constant(const Node& node) {
  const auto value = std::ranges::find(node.attributes, "value", &Attribute::name);
  if (value == node.attributes.end() || !value->tensor) {
    refuse("want the attribute value, a tensor");
  }
  return *value->tensor;
}

std::optional<Tensor> transpose_of(const Operator& o) {
  Tensor matrix = o.constant(0, "operand");
  const Integers order = o.integers("perm");
  if (matrix.dims.size() != 2 || !(order.empty() || order == Integers{1, 0})) return std::nullopt;
  std::swap(matrix.dims[0], matrix.dims[1]);
  matrix.transposed = !matrix.transposed;
  return matrix;
}

/// Of all sizes. Opset 15 has a part of them too.
std::optional<Tensor> shape_of(const Operator& o, const ValueShapes& shapes) {
  const auto value = shapes.find(o.node().inputs[0]);
  if (value == shapes.end() || !o.node().attributes.empty()) return std::nullopt;
  Integers sizes = value->second;
  if (sizes[0] < 0) sizes[0] = kBatch;
  return list_of(std::move(sizes));
}

std::optional<Tensor> gather_of(const Operator& o) {
  const Integers from = read_integers(o.constant(0, "operand"));
  const Tensor& indices = o.constant(1, "indices");
  Integers values = read_integers(indices);
  for (std::int64_t& i : values) {
    const std::int64_t at = i < 0 ? i + std::ssize(from) : i;
    if (at < 0 || at >= std::ssize(from)) {
      refuse(fmt::format("index {} of {} integers", i, from.size()));
    }
    i = from[static_cast<std::size_t>(at)];
  }
  return integers_tensor(std::move(values), indices.dims);
}

/// A number as a list of one.
std::optional<Tensor> unsqueeze_of(const Operator& o) {
  const Tensor& number = o.constant(0, "operand");
  if (!number.dims.empty()) return std::nullopt;
  return list_of(read_integers(number));
}

std::optional<Tensor> concat_of(const Operator& o) {
  Integers all;
  for (std::size_t i = 0; i < o.node().inputs.size(); ++i) {
    const Integers values = read_integers(o.constant(i, "operand"));
    all.insert(all.end(), values.begin(), values.end());
  }
  if (all.size() > kMostIntegers) refuse(fmt::format("more than {} integers", kMostIntegers));
  return list_of(std::move(all));
}

/// To integers; opsets before 9 have no others than those cast from floats.
std::optional<Tensor> cast_of(const Operator& o) {
  const Tensor& from = o.constant(0, "operand");
  Integers dims = from.dims;  // g++ 14 warns of a copy whose size it knows to be at most 1
  if (!is_integer(o.integer("to", 0)) || dims.size() > 1) return std::nullopt;
  if (is_integer(from.type)) return integers_tensor(read_integers(from), std::move(dims));
  Integers values;
  for (const float value : read_floats(from)) {
    if (std::abs(value) >= 0x1p62f) refuse("a number that is no integer of 64 bits");
    values.push_back(static_cast<std::int64_t>(value));
  }
  if (values.size() > kMostIntegers) refuse(fmt::format("more than {} integers", kMostIntegers));
  return integers_tensor(std::move(values), std::move(dims));
}

bool all_constant(const Node& node, const Constants& constants) {
  return !node.inputs.empty() && std::ranges::all_of(node.inputs, [&](std::string_view name) {
    return constants.contains(name);
  });
}

}  // namespace

std::optional<Tensor> constant_of(const Node& node, const Constants& constants,
                                  const ValueShapes& shapes) {
  const Operator o(node, constants);
  if (node.op == "Constant") return value_of_constant(node);
  if (node.op == "Shape" && node.inputs.size() == 1) return shape_of(o, shapes);
  if (!all_constant(node, constants)) return std::nullopt;
  if (node.op == "Identity") return o.constant(0, "operand");
  if (node.op == "Transpose") return transpose_of(o);
  if (node.op == "Gather" && o.integer("axis", 0) == 0) return gather_of(o);
  if (node.op == "Unsqueeze") return unsqueeze_of(o);
  if (node.op == "Concat" && o.integer("axis", 0) == 0) return concat_of(o);
  if (node.op == "Cast") return cast_of(o);
  return std::nullopt;
}

}  // namespace lenet::onnx
