#include "cuda/grouped_stage.h"

namespace lenet::cuda {
namespace {

/// Reads the weight as it lies among the parameters.
class GroupedStage final : public CudaStage {
 public:
  GroupedStage(const StagePlan& plan, const Conv2dOp& op)
      : activation_(plan.stage.activation),
        trains_(plan.stage.trains),
        bias_(op.bias),
        parameters_(plan.stage.node.parameters.last - plan.stage.node.parameters.first),
        memory_(plan.memory.parameters) {
    const auto& [kernel, stride, padding, dilation] = op.window;
    const Size2d& pad = padding.before;
    sizes_ = {
        .groups = op.groups,
        .seen = plan.input[0] / op.groups,
        .given = plan.output[0] / op.groups,
        .height = Axis::of(plan.input[1], plan.output[1], kernel.height, stride.height, pad.height),
        .width = Axis::of(plan.input[2], plan.output[2], kernel.width, stride.width, pad.width),
        .dilation_height = static_cast<int>(dilation.height),
        .dilation_width = static_cast<int>(dilation.width),
        .images = 0};
    if (plan.batch > 0 && trains_) gradient_ = DeviceArray<float>(parameters_);
  }

  void forward(const Pass& pass, const StageBuffers& at) const override {
    launch(pass.stream, GroupedForward{.s = sizes(pass),
                                       .x = at.x,
                                       .weight = memory_,
                                       .bias = bias_ ? memory_ + sizes_.weights() : nullptr,
                                       .y = at.y,
                                       .next = activation_});
  }

  void backward(const Pass& pass, const StageBuffers& at) const override {
    if (trains_) {
      launch(pass.stream, GroupedWeightGradient{.s = sizes(pass),
                                                .x = at.x,
                                                .dy = at.dy,
                                                .gradient = gradient_.data(),
                                                .bias = bias_});
    }
    if (!at.dx) return;
    launch(pass.stream,
           GroupedInputGradient{
               .s = sizes(pass), .dy = at.dy, .weight = memory_, .dx = at.dx, .before = at.before});
  }

  std::vector<UpdatedTensor> tensors() const override {
    UpdatedTensor weight{.first = 0,
                         .count = sizes_.weights(),
                         .slots = gradient_.data(),
                         .slot_stride = parameters_,
                         .slot_count = 1};
    if (!bias_) return {weight};
    UpdatedTensor bias = weight;
    bias.first = sizes_.weights();
    bias.count = parameters_ - sizes_.weights();
    bias.slots += sizes_.weights();
    return {weight, bias};
  }

 private:
  GroupedSizes sizes(const Pass& pass) const {
    GroupedSizes sizes = sizes_;
    sizes.images = pass.stride;
    return sizes;
  }

  Function activation_;
  bool trains_, bias_;
  std::int64_t parameters_;
  const float* memory_;
  GroupedSizes sizes_;
  DeviceArray<float> gradient_;
};

}  // namespace

std::unique_ptr<CudaStage> grouped_stage(const Conv2dOp& op, const StagePlan& plan) {
  return std::make_unique<GroupedStage>(plan, op);
}

}  // namespace lenet::cuda
