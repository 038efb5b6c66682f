#include <algorithm>

#include "cpu/stage.h"
#include "kernels/image.h"
#include "kernels/pool2d.h"
#include "nn/pool2d_shape.h"

namespace lenet::cpu {
namespace {

class Pool2dStage final : public CpuStage {
 public:
  Pool2dStage(const Pool2dShape& shape, kernels::Pooling pooling)
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
      const std::int64_t count = shape_.channels * shape_.height.in * shape_.width.in * kPack;
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
  static StageTraits traits_of(const Pool2dShape& shape) {
    StageTraits traits{.backward_in_place = shape.disjoint(), .takes_activation = shape.disjoint()};
    if (kernels::image_pool2d_fits(shape)) traits.image_scratch = 0;
    return traits;
  }

  Pool2dShape shape_;
  kernels::Pooling pooling_;
};

template <Pooling2d Op>
std::unique_ptr<CpuStage> pool2d_stage(const Op& op, const StageShape& shape) {
  return std::make_unique<Pool2dStage>(
      pool2d_shape(op, shape.input, shape.output),
      MeanPooling<Op> ? kernels::Pooling::kAverage : kernels::Pooling::kMaximum);
}

}  // namespace

std::unique_ptr<CpuStage> stage_for(const AvgPool2dOp& op, const StageShape& shape) {
  return pool2d_stage(op, shape);
}
std::unique_ptr<CpuStage> stage_for(const MaxPool2dOp& op, const StageShape& shape) {
  return pool2d_stage(op, shape);
}
std::unique_ptr<CpuStage> stage_for(const AdaptiveAvgPool2dOp& op, const StageShape& shape) {
  return pool2d_stage(op, shape);
}
std::unique_ptr<CpuStage> stage_for(const AdaptiveMaxPool2dOp& op, const StageShape& shape) {
  return pool2d_stage(op, shape);
}

}  // namespace lenet::cpu
