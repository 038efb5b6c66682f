#include <algorithm>

#include "cpu/stage.h"
#include "kernels/image.h"
#include "kernels/pool2d.h"

namespace lenet::cpu {
namespace {

kernels::Pool2dShape kernel_shape(const Window& window, const Shape& in, const Shape& out) {
  const auto& [kernel, stride, padding, dilation] = window;
  return {.channels = in[0],
          .in_height = in[1],
          .in_width = in[2],
          .out_height = out[1],
          .out_width = out[2],
          .kernel_height = kernel.height,
          .kernel_width = kernel.width,
          .stride_height = stride.height,
          .stride_width = stride.width,
          .pad_height = padding.before.height,
          .pad_width = padding.before.width};
}

class Pool2dStage final : public CpuStage {
 public:
  Pool2dStage(const kernels::Pool2dShape& shape, kernels::Pooling pooling)
      : CpuStage(traits_of(shape)), shape_(shape), pooling_(pooling) {}

  void forward(const PackForward& pass) const override {
    if (shape_.disjoint()) {
      kernels::pool2d_forward(shape_, pooling_, pass.input_activation, pass.x, pass.y);
    } else {
      kernels::pool2d_forward_overlapping(shape_, pooling_, pass.x, pass.y);
    }
  }

  void backward(const PackBackward& pass) const override {
    if (!pass.dx) return;
    if (shape_.disjoint()) {
      const std::int64_t count = shape_.channels * shape_.in_height * shape_.in_width * kPack;
      if (pass.dx != pass.x) std::copy_n(pass.x, count, pass.dx);
      kernels::pool2d_backward(shape_, pooling_, pass.input_activation, pass.dy, pass.dx);
    } else {
      kernels::pool2d_backward_overlapping(shape_, pooling_, pass.x, pass.dy, pass.dx);
    }
  }

  void forward_image(const ImageForward& pass) const override {
    kernels::image_pool2d(shape_, pooling_, pass.x, pass.y);
  }

 private:
  static StageTraits traits_of(const kernels::Pool2dShape& shape) {
    StageTraits traits{.backward_in_place = shape.disjoint(), .takes_activation = shape.disjoint()};
    if (kernels::image_pool2d_fits(shape)) traits.image_scratch = 0;
    return traits;
  }

  kernels::Pool2dShape shape_;
  kernels::Pooling pooling_;
};

}  // namespace

std::unique_ptr<CpuStage> stage_for(const AvgPool2dOp& op, const StageShape& shape) {
  return std::make_unique<Pool2dStage>(kernel_shape(op.window, shape.input, shape.output),
                                       kernels::Pooling::kAverage);
}

std::unique_ptr<CpuStage> stage_for(const MaxPool2dOp& op, const StageShape& shape) {
  return std::make_unique<Pool2dStage>(kernel_shape(op.window, shape.input, shape.output),
                                       kernels::Pooling::kMaximum);
}

}  // namespace lenet::cpu
