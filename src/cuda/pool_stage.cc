// AvgPool2d, MaxPool2d, AdaptiveAvgPool2d, AdaptiveMaxPool2d.
#include "cuda/stage.h"
#include "nn/pool2d_shape.h"

namespace lenet::cuda {
namespace {

class PoolStage final : public CudaStage {
 public:
  PoolStage(const StagePlan& plan, const Pool2dShape& shape, bool maximum)
      : activation_(plan.stage.activation),
        sizes_{.channels = shape.channels,
               .height = shape.height,
               .width = shape.width,
               .images = 0,
               .maximum = maximum} {}

  void forward(const Pass& pass, const StageBuffers& at) const override {
    launch(pass.stream, Pool2dForward{.s = sizes(pass), .next = activation_, .x = at.x, .y = at.y});
  }

  void backward(const Pass& pass, const StageBuffers& at) const override {
    if (!at.dx) return;
    launch(pass.stream,
           Pool2dBackward{
               .s = sizes(pass), .x = at.x, .dy = at.dy, .dx = at.dx, .derivative = at.before});
  }

 private:
  Pool2dSizes sizes(const Pass& pass) const {
    Pool2dSizes sizes = sizes_;
    sizes.images = pass.stride;
    return sizes;
  }

  Function activation_;
  Pool2dSizes sizes_;
};

template <Pooling2d Op>
std::unique_ptr<CudaStage> pool_stage(const Op& op, const StagePlan& plan) {
  return std::make_unique<PoolStage>(plan, pool2d_shape(op, plan.input, plan.output),
                                     MaxPooling<Op>);
}

}  // namespace

bool is_simple_pooling(const Stage& stage) {
  const auto* average = std::get_if<AvgPool2dOp>(&stage.node.op);
  const auto* maximum = std::get_if<MaxPool2dOp>(&stage.node.op);
  if ((!average && !maximum) || stage.activation != Function()) return false;
  return (average ? average->window : maximum->window) == Window{.kernel = 2, .stride = 2};
}

std::unique_ptr<CudaStage> stage_for(const AvgPool2dOp& op, const StagePlan& plan) {
  return pool_stage(op, plan);
}
std::unique_ptr<CudaStage> stage_for(const MaxPool2dOp& op, const StagePlan& plan) {
  return pool_stage(op, plan);
}
std::unique_ptr<CudaStage> stage_for(const AdaptiveAvgPool2dOp& op, const StagePlan& plan) {
  return pool_stage(op, plan);
}
std::unique_ptr<CudaStage> stage_for(const AdaptiveMaxPool2dOp& op, const StagePlan& plan) {
  return pool_stage(op, plan);
}

}  // namespace lenet::cuda
