#include "nn/pool2d_shape.h"

#include "base/require.h"

namespace lenet {
namespace {

PoolAxis axis_of(std::int64_t in, std::int64_t out) {
  return {.in = static_cast<int>(in), .out = static_cast<int>(out)};
}

PoolAxis axis_of(std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride,
                 std::int64_t pad, std::int64_t counted_before, std::int64_t counted_after) {
  PoolAxis axis = axis_of(in, out);
  axis.kernel = static_cast<int>(kernel);
  axis.stride = static_cast<int>(stride);
  axis.pad = static_cast<int>(pad);
  axis.counted_before = static_cast<int>(counted_before);
  axis.counted_after = static_cast<int>(counted_after);
  return axis;
}

Pool2dShape adaptive(const Shape& in, const Shape& out) {
  return {in[0], axis_of(in[1], out[1]), axis_of(in[2], out[2])};
}

}  // namespace

Pool2dShape pool2d_shape(const AvgPool2dOp& op, const Shape& in, const Shape& out) {
  const auto& [kernel, stride, padding, dilation] = op.window;
  const auto& [before, after] = op.counted;
  return {in[0],
          axis_of(in[1], out[1], kernel.height, stride.height, padding.before.height, before.height,
                  after.height),
          axis_of(in[2], out[2], kernel.width, stride.width, padding.before.width, before.width,
                  after.width)};
}

Pool2dShape pool2d_shape(const MaxPool2dOp& op, const Shape& in, const Shape& out) {
  return pool2d_shape(AvgPool2dOp{op.window, {}}, in, out);
}

Pool2dShape pool2d_shape(const AdaptiveAvgPool2dOp&, const Shape& in, const Shape& out) {
  return adaptive(in, out);
}

Pool2dShape pool2d_shape(const AdaptiveMaxPool2dOp&, const Shape& in, const Shape& out) {
  return adaptive(in, out);
}

Pool2dShape pool2d_shape(const InferenceNode& node) {
  return std::visit(
      [&]<class Op>(const Op& op) -> Pool2dShape {
        if constexpr (Pooling2d<Op>) {
          return pool2d_shape(op, node.input, node.output);
        } else {
          unknown("pooling");
        }
      },
      node.op);
}

}  // namespace lenet
