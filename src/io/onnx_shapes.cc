#include "io/onnx_shapes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace lenet::onnx {
namespace {

/// The axes of a Squeeze or Unsqueeze, from 0 on, of `rank` with the batch, which stays.
std::vector<std::int64_t> axes_of(const Operator& o, std::int64_t rank) {
  std::vector<std::int64_t> axes = o.axes(1);
  for (std::int64_t& axis : axes) axis += axis < 0 ? rank : 0;
  std::ranges::sort(axes);
  const bool good =
      std::ranges::adjacent_find(axes) == axes.end() &&
      std::ranges::all_of(axes, [&](std::int64_t axis) { return axis >= 1 && axis < rank; });
  if (good) return axes;
  refuse(fmt::format("axes [{}] of {}, want some behind the batch, each once",
                     fmt::join(axes, ", "), rank));
}

/// What a Reshape makes of the sizes behind the batch; nothing if it moves values between images.
std::vector<std::int64_t> reshaped(const Operator& o, const Chain& chain,
                                   std::vector<std::int64_t> shape) {
  if (shape.empty()) return {};
  const bool keeps_zero = o.integer("allowzero", 0) == 0;
  const std::int64_t batch = shape[0];
  const bool same_batch = batch == -1 || batch == kBatch || (batch == 0 && keeps_zero) ||
                          (batch > 0 && batch == chain.batch());
  const Shape& dims = chain.dims();
  std::int64_t left = 1;
  for (const std::int64_t size : dims) left *= size;
  shape.erase(shape.begin());
  std::int64_t* open = nullptr;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    std::int64_t& size = shape[i];
    if (size == 0 && keeps_zero && i < dims.size()) size = dims[i];
    if (size == -1 && batch != -1 && !open) {
      open = &size;
    } else if (size < 1 || left % size != 0) {
      return {};
    } else {
      left /= size;
    }
  }
  if (open) *open = left;
  return same_batch && (open || left == 1) ? shape : std::vector<std::int64_t>();
}

}  // namespace

void add_flatten(const Operator& o, Chain& chain) {
  const std::int64_t axis = o.integer("axis", 1), rank = std::ssize(chain.dims()) + 1;
  if (axis != 1 && axis != 1 - rank) refuse(fmt::format("axis is {}, want 1", axis));
  chain.flatten();
}

void add_reshape(const Operator& o, Chain& chain) {
  std::vector<std::int64_t> shape = read_integers(o.constant(1, "shape"));
  const std::vector<std::int64_t> to = reshaped(o, chain, shape);
  if (!to.empty()) return chain.reshape(to);
  std::int64_t features = 1;
  for (const std::int64_t size : chain.dims()) features *= size;
  std::ranges::replace(shape, kBatch, -1);
  refuse(fmt::format("shape [{}], want [-1, {}]: the images flattened", fmt::join(shape, ", "),
                     features));
}

void add_squeeze(const Operator& o, Chain& chain) {
  Shape dims = chain.dims();
  std::vector<std::int64_t> axes = axes_of(o, std::ssize(dims) + 1);
  if (axes.empty()) {
    if (chain.batch() == 1) refuse("without axes, so that the batch of 1 goes too; want axes");
    std::erase(dims, 1);
  }
  for (auto axis = axes.rbegin(); axis != axes.rend(); ++axis) {
    const auto at = dims.begin() + *axis - 1;
    if (*at != 1) refuse(fmt::format("axis {} of (N, {})", *axis, fmt::join(dims, ", ")));
    dims.erase(at);
  }
  if (dims.empty()) refuse("squeezes all axes, want one of classes");
  chain.reshape(dims);
}

void add_unsqueeze(const Operator& o, Chain& chain) {
  Shape dims = chain.dims();
  const std::vector<std::int64_t> listed = o.axes(1);
  const std::int64_t rank = std::ssize(dims) + 1 + std::ssize(listed);
  for (const std::int64_t axis : axes_of(o, rank)) {
    if (axis - 1 > std::ssize(dims)) refuse(fmt::format("axis {} of {}", axis, rank));
    dims.insert(dims.begin() + axis - 1, 1);
  }
  chain.reshape(dims);
}

void add_transpose(const Operator& o, Chain& chain) { chain.transpose(o.integers("perm")); }

}  // namespace lenet::onnx
