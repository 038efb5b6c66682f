// PReLU.
#include "cuda/stage.h"

namespace lenet::cuda {
namespace {

class PReLUStage final : public CudaStage {
 public:
  /// A weight for all is that of one channel of so many positions.
  PReLUStage(const StagePlan& plan, std::int64_t weights)
      : next_(plan.stage.activation),
        trains_(plan.stage.trains),
        sizes_{.channels = weights,
               .positions = element_count(plan.input) / weights,
               .images = 0,
               .stride = 0},
        weight_(plan.memory.parameters),
        parts_(weights * sizes_.parts()) {}

  void forward(const Pass& pass, const StageBuffers& at) const override {
    launch(pass.stream, PReLUForward{sizes(pass), weight_, next_, at.x, at.y});
  }

  void backward(const Pass& pass, const StageBuffers& at) const override {
    const ChannelSizes s = sizes(pass);
    if (trains_) launch(pass.stream, PReLUGradients{{s}, at.x, at.dy, parts_.data()});
    if (at.dx) launch(pass.stream, PReLUBackward{s, weight_, at.x, at.dy, at.dx, at.before});
  }

  std::vector<UpdatedTensor> tensors() const override {
    return {{.first = 0,
             .count = sizes_.channels,
             .slots = parts_.data(),
             .slot_stride = sizes_.channels,
             .slot_count = sizes_.parts()}};
  }

 private:
  ChannelSizes sizes(const Pass& pass) const {
    return {sizes_.channels, sizes_.positions, pass.images, pass.stride};
  }

  Function next_;
  bool trains_;
  ChannelSizes sizes_;
  const float* weight_;
  DeviceArray<float> parts_;
};

}  // namespace

std::unique_ptr<CudaStage> stage_for(const PReLUOp& op, const StagePlan& plan) {
  return std::make_unique<PReLUStage>(plan, op.weights);
}

}  // namespace lenet::cuda
