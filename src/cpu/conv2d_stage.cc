#include <algorithm>

#include "cpu/stage.h"
#include "cpu/weight_rows.h"
#include "kernels/conv2d.h"
#include "kernels/image.h"
#include "kernels/transpose.h"
#include "nn/mask.h"

namespace lenet::cpu {
namespace {

kernels::Conv2dShape kernel_shape(const Conv2dOp& op, const Shape& in, const Shape& out) {
  const auto& [kernel, stride, padding, dilation] = op.window;
  return {.in_channels = in[0],
          .in_height = in[1],
          .in_width = in[2],
          .out_channels = out[0],
          .out_height = out[1],
          .out_width = out[2],
          .kernel_height = kernel.height,
          .kernel_width = kernel.width,
          .stride_height = stride.height,
          .stride_width = stride.width,
          .pad_height = padding.before.height,
          .pad_width = padding.before.width,
          .dilation_height = dilation.height,
          .dilation_width = dilation.width,
          .groups = op.groups};
}

class Conv2dStage final : public CpuStage {
 public:
  Conv2dStage(const kernels::Conv2dShape& shape, const WeightMatrix& matrix,
              std::vector<ParameterRange> zeros)
      : CpuStage(traits_of(shape, matrix)),
        shape_(shape),
        matrix_(matrix),
        zeros_(std::move(zeros)) {}

  void forward(const PackForward& pass) const override {
    kernels::conv2d_forward(shape_, pass.packed, bias_of(matrix_, pass.parameters), pass.x, pass.y);
  }

  void backward(const PackBackward& pass) const override {
    if (pass.trains) {
      float* dweight = pass.dparameters.data();
      kernels::conv2d_weight_gradient(shape_, pass.x, pass.dy, dweight,
                                      matrix_.bias ? dweight + matrix_.size() : nullptr);
      for (const auto& [first, last] : zeros_) std::fill(dweight + first, dweight + last, 0.0f);
    }
    // Last, since dx may lie over x.
    if (pass.dx) {
      kernels::conv2d_input_gradient(shape_, pass.packed + matrix_.size(), pass.dy, pass.dx);
    }
  }

  void forward_image(const ImageForward& pass) const override {
    kernels::image_conv2d(shape_, pass.packed, bias_of(matrix_, pass.parameters), pass.x, pass.y,
                          pass.scratch);
  }

  /// The weight (out, in, taps) of each group twice: as (in, taps, out) for the forward pass and as
  /// (out, taps, in) for the backward pass.
  void pack_weights(const UpdatePart& part, std::span<const float> parameters,
                    float* packed) const override {
    const kernels::Conv2dShape group = shape_.group();
    const std::int64_t columns = matrix_.columns;
    const float* weight = weight_of(parameters);
    for (std::int64_t first = part.first_row; first < part.last_row;) {
      const std::int64_t g = first / group.out_channels, group_row = g * group.out_channels;
      const std::int64_t last = std::min(part.last_row, group_row + group.out_channels);
      kernels::transpose(last - first, columns, {weight + first * columns, columns},
                         {packed + group_row * columns + first - group_row, group.out_channels});
      first = last;
    }
    float* backward = packed + matrix_.size();
    for (std::int64_t o = part.first_row; o < part.last_row; ++o) {
      kernels::transpose(group.in_channels, shape_.taps(), {weight + o * columns, shape_.taps()},
                         {backward + o * columns, group.in_channels});
    }
  }

 private:
  static StageTraits traits_of(const kernels::Conv2dShape& shape, const WeightMatrix& matrix) {
    constexpr std::int64_t kFloatsAPart = 4096;  // a few microseconds of sums over the slots
    StageTraits traits{.backward_in_place = true, .packed_size = 2 * matrix.size()};
    if (kernels::image_conv2d_fits(shape)) {
      traits.image_scratch = kernels::image_conv2d_scratch(shape);
    }
    traits.parts = row_parts(matrix, std::max<std::int64_t>(1, kFloatsAPart / matrix.columns));
    return traits;
  }

  kernels::Conv2dShape shape_;
  WeightMatrix matrix_;
  std::vector<ParameterRange> zeros_;  ///< parameters that the layer holds at 0
};

}  // namespace

std::unique_ptr<CpuStage> stage_for(const Conv2dOp& op, const StageShape& shape) {
  const kernels::Conv2dShape sizes = kernel_shape(op, shape.input, shape.output);
  const WeightMatrix matrix{sizes.out_channels, sizes.group().in_channels * sizes.taps(), op.bias};
  return std::make_unique<Conv2dStage>(sizes, matrix, held_at_zero(shape.layer, shape.parameters));
}

}  // namespace lenet::cpu
