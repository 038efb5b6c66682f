#include "io/onnx_constants.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "io/onnx_folding.h"

namespace lenet::onnx {
namespace {

using Integers = std::vector<std::int64_t>;

constexpr std::int64_t kMostAxes = 8;
constexpr const char* kTooMany = "computed constants of more values than the file holds";

void require_few(std::size_t count) {
  if (std::cmp_greater(count, kMostIntegers)) {
    refuse(fmt::format("more than {} integers", kMostIntegers));
  }
}

Tensor integers_tensor(Integers values, Shape dims) {
  require_few(values.size());
  return {.name = {},
          .dims = std::move(dims),
          .type = kInt64,
          .message = {},
          .integers = std::move(values)};
}

Tensor list_of(Integers values) {
  const std::int64_t count = std::ssize(values);
  return integers_tensor(std::move(values), {count});
}

template <class T>
T one_of(const std::vector<T>& values) {
  if (values.size() != 1) refuse(fmt::format("{} values, want one", values.size()));
  return values[0];
}

Tensor value_of_constant(const Node& node) {
  for (const Attribute& a : node.attributes) {
    if (a.name == "value" && a.tensor) return *a.tensor;
    if (a.name == "value_int" && a.integer) return integers_tensor({*a.integer}, {});
    if (a.name == "value_ints") return list_of(a.integers);
    if (a.name == "value_float" && a.number) return floats_tensor({*a.number}, {});
    if (a.name == "value_floats") return floats_tensor(a.numbers, {std::ssize(a.numbers)});
  }
  refuse("want the attribute value, a tensor, or numbers");
}

/// One value, 0 unless the attribute says else, as often as the shape says.
std::optional<Tensor> constant_of_shape(const Operator& o) {
  Shape dims = read_integers(o.constant(0, "shape"));
  require_no_batch(dims);
  if (std::cmp_greater(dims.size(), kMostAxes)) {
    refuse(fmt::format("{} axes, want at most {}", dims.size(), kMostAxes));
  }
  const Attribute* value = o.find("value");
  if (value && !value->tensor) refuse("want the attribute value, a tensor");
  Tensor result{.name = {}, .dims = std::move(dims), .type = kFloat, .message = {}};
  const std::int64_t count = value_count(result);
  if (!value || holds_floats(*value->tensor)) {
    result.fill = value ? one_of(read_floats(*value->tensor)) : 0.0f;
    return result;
  }
  require_few(static_cast<std::size_t>(count));
  const std::int64_t integer = one_of(read_integers(*value->tensor));
  return integers_tensor(Integers(static_cast<std::size_t>(count), integer), result.dims);
}

/// Of the sizes from `start` to `end`, which opset 15 has.
std::optional<Tensor> shape_of(const Operator& o, const ValueShapes& shapes) {
  const auto value = shapes.find(o.node().inputs[0]);
  if (value == shapes.end()) return std::nullopt;
  Integers sizes = value->second;
  if (!sizes.empty() && sizes[0] < 0) sizes[0] = kBatch;
  const std::int64_t rank = std::ssize(sizes);
  const auto place = [&](const char* name, std::int64_t missing) {
    const std::int64_t at = o.integer(name, missing);
    return std::clamp<std::int64_t>(at < 0 && at >= -rank ? at + rank : at, 0, rank);
  };
  const std::int64_t start = place("start", 0), end = place("end", rank);
  if (start >= end) return list_of({});
  return list_of({sizes.begin() + start, sizes.begin() + end});
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

/// Of a list, one after the other.
std::optional<Tensor> slice_of(const Operator& o) {
  const Integers from = read_integers(o.constant(0, "operand"));
  const bool inputs = o.node().inputs.size() > 1;  // from opset 10 on
  const Integers starts = inputs ? read_integers(o.constant(1, "starts")) : o.integers("starts");
  const Integers ends = inputs ? read_integers(o.constant(2, "ends")) : o.integers("ends");
  const Integers steps = o.find_constant(4) ? read_integers(*o.find_constant(4)) : Integers{1};
  if (starts.size() != 1 || ends.size() != 1 || steps != Integers{1}) return std::nullopt;
  const std::int64_t count = std::ssize(from);
  const auto place = [&](std::int64_t at) {
    return std::clamp<std::int64_t>(at < 0 && at >= -count ? at + count : at, 0, count);
  };
  const std::int64_t start = place(starts[0]), end = std::max(start, place(ends[0]));
  return list_of({from.begin() + start, from.begin() + end});
}

std::optional<Tensor> concat_of(const Operator& o) {
  Integers all;
  for (std::size_t i = 0; i < o.node().inputs.size(); ++i) {
    const Integers values = read_integers(o.constant(i, "operand"));
    all.insert(all.end(), values.begin(), values.end());
    require_few(all.size());
  }
  return list_of(std::move(all));
}

/// Opsets before 9 have no integers than those cast from floats. A weight is a float to lenet
/// whatever its type.
std::optional<Tensor> cast_of(const Operator& o) {
  const Tensor& from = o.constant(0, "operand");
  const Tensor to{.name = {}, .dims = {}, .type = o.integer("to", 0), .message = {}};
  if (holds_floats(to) && holds_floats(from)) return from;
  if (holds_floats(to) && holds_integers(from)) {
    const Integers whole = read_integers(from);
    require_no_batch(whole);
    return floats_tensor({whole.begin(), whole.end()}, from.dims);
  }
  if (!holds_integers(to)) return std::nullopt;
  if (holds_integers(from)) return integers_tensor(read_integers(from), from.dims);
  if (value_count(from) > kMostIntegers) return std::nullopt;
  Integers values;
  for (const float value : read_floats(from)) {
    if (std::abs(value) >= 0x1p62f) refuse("a number that is no integer of 64 bits");
    values.push_back(static_cast<std::int64_t>(value));
  }
  return integers_tensor(std::move(values), from.dims);
}

/// The same values under other sizes. Throws Error unless they are as many.
Tensor with_dims(const Tensor& tensor, Shape dims) {
  Tensor result = tensor;
  const Shape before = std::exchange(result.dims, std::move(dims));
  if (std::cmp_greater(result.dims.size(), kMostAxes) ||
      value_count(result) != value_count(tensor)) {
    refuse(fmt::format("shape [{}] of a constant of shape [{}]", fmt::join(result.dims, ", "),
                       fmt::join(before, ", ")));
  }
  return result;
}

std::optional<Tensor> reshape_of(const Operator& o) {
  const Tensor& from = o.constant(0, "operand");
  Integers dims = read_integers(o.constant(1, "shape"));
  std::int64_t known = 1;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] == 0 && o.integer("allowzero", 0) == 0 && i < from.dims.size()) {
      dims[i] = from.dims[i];
    }
    if (dims[i] != -1 && __builtin_mul_overflow(known, dims[i], &known)) known = 0;
  }
  const auto open = std::ranges::find(dims, -1);
  if (open != dims.end()) *open = known > 0 ? value_count(from) / known : 0;
  return with_dims(from, std::move(dims));
}

std::optional<Tensor> unsqueeze_of(const Operator& o) {
  const Tensor& from = o.constant(0, "operand");
  Integers axes = o.axes(1);
  const std::int64_t rank = std::ssize(from.dims) + std::ssize(axes);
  for (std::int64_t& axis : axes) axis += axis < 0 ? rank : 0;
  std::ranges::sort(axes);
  Shape dims = from.dims;
  for (const std::int64_t axis : axes) {
    if (axis < 0 || axis > std::ssize(dims)) refuse(fmt::format("axis {} of {}", axis, rank));
    dims.insert(dims.begin() + axis, 1);
  }
  return with_dims(from, std::move(dims));
}

std::optional<Tensor> squeeze_of(const Operator& o) {
  const Tensor& from = o.constant(0, "operand");
  Integers axes = o.axes(1);
  const std::int64_t rank = std::ssize(from.dims);
  for (std::int64_t& axis : axes) axis += axis < 0 ? rank : 0;
  Shape dims;
  for (std::int64_t axis = 0; axis < rank; ++axis) {
    const std::int64_t size = from.dims[static_cast<std::size_t>(axis)];
    const bool named = axes.empty() || std::ranges::find(axes, axis) != axes.end();
    if (!named || size != 1) dims.push_back(size);
  }
  return with_dims(from, std::move(dims));
}

bool all_constant(const Node& node, const Constants& constants) {
  return !node.inputs.empty() && std::ranges::all_of(node.inputs, [&](std::string_view name) {
    return name.empty() || constants.contains(name);
  });
}

}  // namespace

std::optional<Tensor> Folding::unbounded(const Node& node) const {
  const Operator o(node, constants_);
  if (node.op == "Constant") return value_of_constant(node);
  if (node.op == "Shape" && node.inputs.size() == 1) return shape_of(o, shapes_);
  if (!all_constant(node, constants_)) return std::nullopt;
  if (node.op == "ConstantOfShape") return constant_of_shape(o);
  if (node.op == "Identity") return o.constant(0, "operand");
  if (node.op == "Cast") return cast_of(o);
  if (node.op == "Reshape") return reshape_of(o);
  if (node.op == "Squeeze") return squeeze_of(o);
  if (node.op == "Unsqueeze") return unsqueeze_of(o);
  if (node.op == "Transpose") return transpose_of(o);
  if (node.op == "Gather" && o.integer("axis", 0) == 0) return gather_of(o);
  if (node.op == "Slice") return slice_of(o);
  if (node.op == "Concat" && o.integer("axis", 0) == 0) return concat_of(o);
  return arithmetic_of(o);
}

/// What a node makes other values of, and so writes out, is bounded before it is.
void Folding::require_room(const Node& node) const {
  static constexpr std::string_view kSame[] = {"Identity", "Cast", "Reshape", "Squeeze",
                                               "Unsqueeze"};
  if (std::ranges::find(kSame, node.op) != std::end(kSame)) return;
  for (const std::string_view input : node.inputs) {
    const auto found = constants_.find(input);
    if (found == constants_.end() || !found->second.fill) continue;
    if (value_count(found->second) > left_) refuse(kTooMany);
  }
}

std::optional<Tensor> Folding::of(const Node& node) {
  if (all_constant(node, constants_)) require_room(node);
  std::optional<Tensor> constant = unbounded(node);
  if (constant) left_ -= std::ssize(constant->floats);
  if (left_ < 0) refuse(kTooMany);
  if (constant && node.op == "ConstantOfShape" && constant->fill)
    fills_left_ -= value_count(*constant);
  if (fills_left_ < 0) refuse("constants of one value, of more than 2^28 altogether");
  return constant;
}

}  // namespace lenet::onnx
