// GroupNorm and LayerNorm.
#include "cuda/stage.h"

namespace lenet::cuda {
namespace {

/// With a weight and a bias for each element: as so many channels of one position.
ChannelSizes sizes_of(const GroupNormOp& op, const Shape& input) {
  const std::int64_t elements = element_count(input);
  const std::int64_t channels = op.by_element ? elements : input[0];
  return {.channels = channels, .positions = elements / channels, .images = 0, .stride = 0};
}

class GroupNormStage final : public CudaStage {
 public:
  GroupNormStage(const StagePlan& plan, const GroupNormOp& op)
      : activation_(plan.stage.activation),
        trains_(plan.stage.trains),
        op_(op),
        sizes_(sizes_of(op, plan.input)),
        memory_(plan.memory),
        layout_(2 * op.groups * round_up(plan.batch, kWarp)),
        parts_(2 * sizes_.channels * sizes_.parts()) {}

  void forward(const Pass& pass, const StageBuffers& at) const override {
    launch(pass.stream,
           GroupNormForward{.s = sizes(pass),
                            .eps = op_.eps,
                            .weight = weight(),
                            .bias = op_.bias ? memory_.parameters + sizes_.channels : nullptr,
                            .layout = layout(pass),
                            .activation = activation_,
                            .x = at.x,
                            .y = at.y});
  }

  void backward(const Pass& pass, const StageBuffers& at) const override {
    const ChannelSizes s = sizes(pass);
    const GroupLayout by = layout(pass);
    if (trains_) launch(pass.stream, GroupNormGradients{{s}, at.x, at.dy, by, parts_.data()});
    if (!at.dx) return;
    launch(pass.stream, GroupNormBackward{.s = s,
                                          .weight = weight(),
                                          .by = by,
                                          .x = at.x,
                                          .dy = at.dy,
                                          .dx = at.dx,
                                          .derivative = at.before});
  }

  std::vector<UpdatedTensor> tensors() const override {
    std::vector<UpdatedTensor> both =
        scale_and_shift(sizes_.channels, sizes_.parts(), parts_.data());
    both.resize(op_.bias ? 2 : op_.weight ? 1 : 0);
    return both;
  }

 private:
  const float* weight() const { return op_.weight ? memory_.parameters : nullptr; }
  GroupLayout layout(const Pass& pass) const {
    const bool keeps = pass.step != nullptr;
    return {.mean = keeps ? layout_.data() : nullptr,
            .inverse = keeps ? layout_.data() + op_.groups * pass.stride : nullptr,
            .channels = sizes_.channels / op_.groups};
  }
  ChannelSizes sizes(const Pass& pass) const {
    return {sizes_.channels, sizes_.positions, pass.images, pass.stride};
  }

  Function activation_;
  bool trains_;
  GroupNormOp op_;
  ChannelSizes sizes_;
  ParameterMemory memory_;
  DeviceArray<float> layout_, parts_;
};

}  // namespace

std::unique_ptr<CudaStage> stage_for(const GroupNormOp& op, const StagePlan& plan) {
  return std::make_unique<GroupNormStage>(plan, op);
}

}  // namespace lenet::cuda
