#include "io/onnx_folding.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace lenet::onnx {
namespace {

/// How far apart in row-major order the elements along each axis are.
Shape strides_of(const Shape& dims) {
  Shape strides(dims.size(), 1);
  for (std::size_t i = dims.size(); i-- > 1;) strides[i - 1] = strides[i] * dims[i];
  return strides;
}

/// Calls use(i, place) for each element i of `dims`, in row-major order, with the place that these
/// strides give it.
template <class Use>
void each_place(const Shape& dims, const Shape& strides, std::size_t count, Use use) {
  for (std::size_t i = 0; i < count; ++i) {
    auto rest = static_cast<std::int64_t>(i);
    std::int64_t at = 0;
    for (std::size_t axis = dims.size(); axis-- > 0;) {
      at += rest % dims[axis] * strides[axis];
      rest /= dims[axis];
    }
    use(i, static_cast<std::size_t>(at));
  }
}

/// The common shape of two operands, each size the same or 1.
Shape broadcast(const Shape& a, const Shape& b) {
  Shape dims(std::max(a.size(), b.size()), 1);
  for (const Shape* operand : {&a, &b}) {
    const std::size_t skipped = dims.size() - operand->size();
    for (std::size_t i = 0; i < operand->size(); ++i) {
      std::int64_t& size = dims[skipped + i];
      const std::int64_t own = (*operand)[i];
      if (size != own && size != 1 && own != 1) {
        refuse(fmt::format("constants of shapes [{}] and [{}]", fmt::join(a, ", "),
                           fmt::join(b, ", ")));
      }
      if (own != 1) size = own;
    }
  }
  return dims;
}

/// Strides over `dims` for an operand, 0 where it is repeated.
Shape repeated_strides(const Shape& operand, const Shape& dims) {
  const Shape own = strides_of(operand);
  Shape strides(dims.size(), 0);
  const std::size_t skipped = dims.size() - operand.size();
  for (std::size_t i = 0; i < operand.size(); ++i) {
    if (operand[i] != 1) strides[skipped + i] = own[i];
  }
  return strides;
}

float combined(std::string_view op, float a, float b) {
  if (op == "Add") return a + b;
  if (op == "Sub") return a - b;
  return op == "Mul" ? a * b : a / b;
}

std::int64_t combined(std::string_view op, std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  const bool overflow = op == "Add"   ? __builtin_add_overflow(a, b, &result)
                        : op == "Sub" ? __builtin_sub_overflow(a, b, &result)
                                      : op == "Mul" && __builtin_mul_overflow(a, b, &result);
  const bool divides = op == "Div" && b != 0 && b != -1;
  if (overflow || (op == "Div" && !divides)) refuse(fmt::format("{} of {} and {}", op, a, b));
  return divides ? a / b : result;
}

/// a op b for each element of `dims`, to which both are repeated.
template <class T>
std::vector<T> combined(std::string_view op, const std::vector<T>& a, const Shape& a_dims,
                        const std::vector<T>& b, const Shape& b_dims, const Shape& dims,
                        std::int64_t count) {
  std::vector<T> result(static_cast<std::size_t>(count));
  each_place(dims, repeated_strides(a_dims, dims), result.size(),
             [&](std::size_t i, std::size_t at) { result[i] = a[at]; });
  each_place(dims, repeated_strides(b_dims, dims), result.size(),
             [&](std::size_t i, std::size_t at) { result[i] = combined(op, result[i], b[at]); });
  return result;
}

std::optional<Tensor> binary_of(const Operator& o) {
  const Tensor &a = o.constant(0, "operand"), &b = o.constant(1, "operand");
  Tensor result{.name = {}, .dims = broadcast(a.dims, b.dims), .type = kFloat, .message = {}};
  // No larger than both together: a product of all pairs is no weight.
  const std::int64_t count = value_count(result);
  if (count > value_count(a) + value_count(b)) return std::nullopt;
  if (holds_floats(a) && holds_floats(b)) {
    return floats_tensor(
        combined(o.node().op, read_floats(a), a.dims, read_floats(b), b.dims, result.dims, count),
        result.dims);
  }
  if (!holds_integers(a) || !holds_integers(b)) return std::nullopt;
  const std::vector<std::int64_t> first = read_integers(a), second = read_integers(b);
  require_no_batch(first);
  require_no_batch(second);
  result.type = kInt64;
  result.integers = combined(o.node().op, first, a.dims, second, b.dims, result.dims, count);
  return result;
}

template <class F>
std::optional<Tensor> mapped(const Operator& o, F f) {
  const Tensor& from = o.constant(0, "operand");
  if (!holds_floats(from)) return std::nullopt;
  std::vector<float> values = read_floats(from);
  for (float& value : values) value = f(value);
  return floats_tensor(std::move(values), from.dims);
}

}  // namespace

Tensor floats_tensor(std::vector<float> values, Shape dims) {
  if (!std::ranges::all_of(values, [](float v) { return std::isfinite(v); })) {
    refuse("gives a value that is not finite");
  }
  return {.name = {},
          .dims = std::move(dims),
          .type = kFloat,
          .message = {},
          .floats = std::move(values)};
}

void require_no_batch(const std::vector<std::int64_t>& integers) {
  if (std::ranges::find(integers, kBatch) != integers.end()) {
    refuse("computes with the number of images, which is free");
  }
}

std::optional<Tensor> transpose_of(const Operator& o) {
  const Tensor& from = o.constant(0, "operand");
  if (!holds_floats(from)) return std::nullopt;
  std::vector<std::int64_t> order = o.integers("perm"), axes;
  for (std::int64_t axis = 0; axis < std::ssize(from.dims); ++axis) axes.push_back(axis);
  if (order.empty()) order.assign(axes.rbegin(), axes.rend());
  std::vector<std::int64_t> sorted = order;
  std::ranges::sort(sorted);
  if (sorted != axes) {
    refuse(fmt::format("perm is [{}] for {} axes", fmt::join(order, ", "), axes.size()));
  }
  const Shape own = strides_of(from.dims);
  Shape dims, strides;
  for (const std::int64_t axis : order) {
    dims.push_back(from.dims[static_cast<std::size_t>(axis)]);
    strides.push_back(own[static_cast<std::size_t>(axis)]);
  }
  const std::vector<float> values = read_floats(from);
  std::vector<float> moved(values.size());
  each_place(dims, strides, moved.size(),
             [&](std::size_t i, std::size_t at) { moved[i] = values[at]; });
  return floats_tensor(std::move(moved), std::move(dims));
}

std::optional<Tensor> arithmetic_of(const Operator& o) {
  const std::string_view op = o.node().op;
  if (op == "Add" || op == "Sub" || op == "Mul" || op == "Div") return binary_of(o);
  if (op == "Neg") return mapped(o, [](float v) { return -v; });
  if (op == "Sqrt") return mapped(o, [](float v) { return std::sqrt(v); });
  if (op == "Reciprocal") return mapped(o, [](float v) { return 1 / v; });
  return std::nullopt;
}

}  // namespace lenet::onnx
