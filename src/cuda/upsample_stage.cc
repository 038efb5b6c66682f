// Upsample.
#include "cuda/stage.h"

namespace lenet::cuda {
namespace {

class UpsampleStage final : public CudaStage {
 public:
  UpsampleStage(const StagePlan& plan, const Size2d& scale)
      : next_(plan.stage.activation),
        sizes_{.channels = plan.input[0],
               .in_height = plan.input[1],
               .in_width = plan.input[2],
               .scale_height = scale.height,
               .scale_width = scale.width,
               .images = 0} {}

  void forward(const Pass& pass, const StageBuffers& at) const override {
    launch(pass.stream, UpsampleForward{sizes(pass), next_, at.x, at.y});
  }

  void backward(const Pass& pass, const StageBuffers& at) const override {
    if (at.dx) launch(pass.stream, UpsampleBackward{sizes(pass), at.before, at.dy, at.dx});
  }

 private:
  UpsampleSizes sizes(const Pass& pass) const {
    UpsampleSizes sizes = sizes_;
    sizes.images = pass.stride;
    return sizes;
  }

  Function next_;
  UpsampleSizes sizes_;
};

}  // namespace

std::unique_ptr<CudaStage> stage_for(const UpsampleOp& op, const StagePlan& plan) {
  return std::make_unique<UpsampleStage>(plan, op.scale);
}

}  // namespace lenet::cuda
