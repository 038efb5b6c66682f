// AvgPool2d, MaxPool2d, AdaptiveAvgPool2d.
#include "cuda/stage.h"
#include "lenet/layers.h"

namespace lenet::cuda {
namespace {

class PoolStage final : public CudaStage {
 public:
  PoolStage(const StagePlan& plan, const Pool2d& pool) : activation_(plan.stage.activation) {
    sizes_ = {.channels = plan.input[0],
              .height = Axis::of(plan.input[1], plan.output[1], pool.kernel().height,
                                 pool.stride().height, pool.padding().height),
              .width = Axis::of(plan.input[2], plan.output[2], pool.kernel().width,
                                pool.stride().width, pool.padding().width),
              .images = 0,
              .maximum = pool.kind() == Pool2d::Kind::kMaximum};
  }

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

  Activation activation_;
  Pool2dSizes sizes_;
};

}  // namespace

bool is_simple_pooling(const Stage& stage) {
  const auto* pool = dynamic_cast<const Pool2d*>(stage.layer);
  return pool && kind_of(*pool) != LayerKind::kUser && pool->kernel() == Size2d(2) &&
         pool->stride() == Size2d(2) && pool->padding() == Size2d(0) &&
         stage.activation == Activation::kNone;
}

std::unique_ptr<CudaStage> make_pool_stage(const StagePlan& plan, const Pool2d& layer) {
  return std::make_unique<PoolStage>(plan, layer);
}

}  // namespace lenet::cuda
