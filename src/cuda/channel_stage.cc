// BatchNorm1d, BatchNorm2d and Affine2d.
#include "cuda/stage.h"

namespace lenet::cuda {
namespace {

class NormStage final : public CudaStage {
 public:
  NormStage(const StagePlan& plan, const BatchNormOp& op)
      : activation_(plan.stage.activation),
        trains_(plan.stage.trains),
        fixed_(plan.stage.fixed_statistics),
        affine_(plan.stage.node.parameters.first < plan.stage.node.parameters.last),
        op_(op),
        sizes_{.channels = plan.input[0],
               .positions = element_count(plan.input) / plan.input[0],
               .images = 0,
               .stride = 0},
        memory_(plan.memory),
        layout_(NormLayout::kParts * sizes_.channels),
        parts_(2 * sizes_.channels * sizes_.parts()) {
    if (!fixed_) return;  // no gradient goes through its statistics: those means stay 0
    const std::vector<float> zeros(static_cast<std::size_t>(layout_.size()));
    upload<float>(plan.stream, zeros, layout_);
  }

  void forward(const Pass& pass, const StageBuffers& at) const override {
    const ChannelSizes s = sizes(pass);
    const bool over_batch = pass.step && !fixed_;
    if (over_batch) launch(pass.stream, ChannelStatistics{{s}, at.x, parts_.data()});
    launch(pass.stream, NormPreparation{.s = s,
                                        .eps = op_.eps,
                                        .momentum = op_.momentum,
                                        .weight = parameter(0),
                                        .bias = parameter(sizes_.channels),
                                        .running = memory_.buffers,
                                        .parts = over_batch ? parts_.data() : nullptr,
                                        .layout = layout()});
    launch(pass.stream,
           ChannelForward{
               .s = s, .by = layout().scaling(), .activation = activation_, .x = at.x, .y = at.y});
  }

  void backward(const Pass& pass, const StageBuffers& at) const override {
    const ChannelSizes s = sizes(pass);
    const ChannelScaling by = layout().scaling();
    if (trains_ || !fixed_) {
      launch(pass.stream, ChannelGradients{{s}, at.x, at.dy, by, parts_.data()});
    }
    if (!at.dx) return;
    if (!fixed_) {
      launch(pass.stream, NormGradientMeans{.s = s, .parts = parts_.data(), .layout = layout()});
    }
    launch(pass.stream, ChannelBackward{.s = s,
                                        .by = by,
                                        .mean_dy = layout().part(NormLayout::kMeanDy),
                                        .mean_product = layout().part(NormLayout::kMeanProduct),
                                        .x = at.x,
                                        .dy = at.dy,
                                        .dx = at.dx,
                                        .derivative = at.before});
  }

  std::vector<UpdatedTensor> tensors() const override {
    if (!affine_) return {};
    return scale_and_shift(sizes_.channels, sizes_.parts(), parts_.data());
  }

 private:
  const float* parameter(std::int64_t i) const {
    return affine_ ? memory_.parameters + i : nullptr;
  }
  NormLayout layout() const { return {layout_.data(), sizes_.channels}; }
  ChannelSizes sizes(const Pass& pass) const {
    return {sizes_.channels, sizes_.positions, pass.images, pass.stride};
  }

  Function activation_;
  bool trains_;
  bool fixed_;   ///< normalises by its running statistics in training too
  bool affine_;  ///< has weight and bias
  BatchNormOp op_;
  ChannelSizes sizes_;
  ParameterMemory memory_;
  DeviceArray<float> layout_, parts_;
};

/// A scaling whose mean is 0 and whose deviation is 1.
class AffineStage final : public CudaStage {
 public:
  explicit AffineStage(const StagePlan& plan)
      : activation_(plan.stage.activation),
        trains_(plan.stage.trains),
        sizes_{.channels = plan.input[0],
               .positions = element_count(plan.input) / plan.input[0],
               .images = 0,
               .stride = 0},
        memory_(plan.memory),
        zeros_(sizes_.channels),
        ones_(sizes_.channels),
        parts_(2 * sizes_.channels * sizes_.parts()) {
    const std::vector<float> ones(static_cast<std::size_t>(sizes_.channels), 1.0f);
    upload<float>(plan.stream, ones, ones_);
  }

  void forward(const Pass& pass, const StageBuffers& at) const override {
    launch(pass.stream,
           ChannelForward{
               .s = sizes(pass), .by = scaling(), .activation = activation_, .x = at.x, .y = at.y});
  }

  void backward(const Pass& pass, const StageBuffers& at) const override {
    const ChannelSizes s = sizes(pass);
    if (trains_) launch(pass.stream, ChannelGradients{{s}, at.x, at.dy, scaling(), parts_.data()});
    if (!at.dx) return;
    launch(pass.stream, ChannelBackward{.s = s,
                                        .by = scaling(),
                                        .mean_dy = zeros_.data(),
                                        .mean_product = zeros_.data(),
                                        .x = at.x,
                                        .dy = at.dy,
                                        .dx = at.dx,
                                        .derivative = at.before});
  }

  std::vector<UpdatedTensor> tensors() const override {
    return scale_and_shift(sizes_.channels, sizes_.parts(), parts_.data());
  }

 private:
  ChannelScaling scaling() const {
    return {zeros_.data(), ones_.data(), memory_.parameters, memory_.parameters + sizes_.channels};
  }
  ChannelSizes sizes(const Pass& pass) const {
    return {sizes_.channels, sizes_.positions, pass.images, pass.stride};
  }

  Function activation_;
  bool trains_;
  ChannelSizes sizes_;
  ParameterMemory memory_;
  DeviceArray<float> zeros_, ones_, parts_;
};

}  // namespace

std::vector<UpdatedTensor> scale_and_shift(std::int64_t channels, std::int64_t parts,
                                           const float* slots) {
  const UpdatedTensor weight{.first = 0,
                             .count = channels,
                             .slots = slots,
                             .slot_stride = 2 * channels,
                             .slot_count = parts};
  UpdatedTensor bias = weight;
  bias.first = channels;
  bias.slots = slots + channels;
  return {weight, bias};
}

std::unique_ptr<CudaStage> stage_for(const BatchNormOp& op, const StagePlan& plan) {
  return std::make_unique<NormStage>(plan, op);
}

std::unique_ptr<CudaStage> stage_for(const AffineOp& /*op*/, const StagePlan& plan) {
  return std::make_unique<AffineStage>(plan);
}

}  // namespace lenet::cuda
