// Conv2d and Linear.
#include <algorithm>

#include "cuda/grouped_stage.h"
#include "cuda/stage.h"
#include "nn/mask.h"

namespace lenet::cuda {
namespace {

/// The same windows, seen from the output's gradient.
Axis turned(const Axis& axis) {
  Axis back = axis;
  std::swap(back.in, back.out);
  return back;
}

class WeightedStage final : public CudaStage {
 public:
  WeightedStage(const StagePlan& plan, const Conv2dOp& op) : WeightedStage(plan) {
    const auto& [kernel, stride, padding, dilation] = op.window;
    const Size2d& pad = padding.before;
    height_ = Axis::of(plan.input[1], plan.output[1], kernel.height, stride.height, pad.height);
    width_ = Axis::of(plan.input[2], plan.output[2], kernel.width, stride.width, pad.width);
    make_room(plan);
  }

  WeightedStage(const StagePlan& plan, const LinearOp&) : WeightedStage(plan) {
    linear_ = true;
    make_room(plan);
  }

  bool pools() const override { return !linear_; }

  void forward(const Pass& pass, const StageBuffers& at) const override {
    launch(pass.stream, Contraction{.direction = Contraction::Direction::kForward,
                                    .in_channels = in_channels_,
                                    .out_channels = out_channels_,
                                    .height = height_,
                                    .width = width_,
                                    .weight_pitch = contraction_pitch(out_channels_),
                                    .images = pass.stride,
                                    .x = at.x,
                                    .weight = forward_.data(),
                                    .bias = bias_ ? memory_ + weights() : nullptr,
                                    .y = at.pooled && !pass.step ? nullptr : at.y,
                                    .activation = activation_,
                                    .pooled = at.pooled,
                                    .maximum = at.maximum});
  }

  /// The gradient of the weights and that of the input need nothing of each other.
  void backward(const Pass& pass, const StageBuffers& at) const override {
    if (!at.dx) return queue_gradient(pass, at);
    if (trains_) pass.stream.branch([&] { queue_gradient(pass, at); });
    launch(pass.stream, Contraction{.direction = Contraction::Direction::kBackward,
                                    .in_channels = out_channels_,
                                    .out_channels = in_channels_,
                                    .height = turned(height_),
                                    .width = turned(width_),
                                    .weight_pitch = contraction_pitch(in_channels_),
                                    .images = pass.stride,
                                    .x = at.dy,
                                    .weight = backward_.data(),
                                    .y = at.dx,
                                    .derivative = at.before});
  }

  std::vector<UpdatedTensor> tensors() const override {
    const UpdatedTensor weight{.first = 0,
                               .count = weights(),
                               .slots = slots_.data(),
                               .slot_stride = parameters_,
                               .slot_count = image_parts_ * row_parts_,
                               .mask = mask_.data(),
                               .forward = forward_.data(),
                               .backward = backward_.data(),
                               .channels = Divisor(in_channels_),
                               .taps = Divisor(taps()),
                               .forward_pitch = contraction_pitch(out_channels_),
                               .backward_pitch = contraction_pitch(in_channels_)};
    if (!bias_) return {weight};
    return {weight, UpdatedTensor{.first = weights(),
                                  .count = out_channels_,
                                  .slots = slots_.data() + weights(),
                                  .slot_stride = parameters_,
                                  .slot_count = image_parts_ * row_parts_}};
  }

 private:
  explicit WeightedStage(const StagePlan& plan)
      : activation_(plan.stage.activation),
        trains_(plan.stage.trains),
        in_channels_(plan.input[0]),
        out_channels_(plan.output[0]),
        parameters_(plan.stage.node.parameters.last - plan.stage.node.parameters.first),
        memory_(plan.memory.parameters) {}

  void make_room(const StagePlan& plan) {
    bias_ = parameters_ > weights();
    forward_ = DeviceArray<float>(in_channels_ * taps() * contraction_pitch(out_channels_));
    backward_ = DeviceArray<float>(out_channels_ * taps() * contraction_pitch(in_channels_));
    if (plan.batch == 0 || !trains_) return;
    cut_sums(plan.batch);
    slots_ = DeviceArray<float>(image_parts_ * row_parts_ * parameters_);
    const std::vector<ParameterRange> zeros = held_at_zero(*plan.stage.node.layer, parameters_);
    if (zeros.empty()) return;
    std::vector<float> mask(static_cast<std::size_t>(parameters_), 1.0f);
    for (const auto& [first, last] : zeros) {
      std::fill(mask.begin() + first, mask.begin() + last, 0.0f);
    }
    mask_ = DeviceArray<float>(parameters_);
    upload<float>(plan.stream, mask, mask_);
  }

  void queue_gradient(const Pass& pass, const StageBuffers& at) const {
    if (linear_) {
      launch(pass.stream, LinearGradient{.inputs = in_channels_,
                                         .outputs = out_channels_,
                                         .images = pass.stride,
                                         .x = at.x,
                                         .dy = at.dy,
                                         .slots = slots_.data(),
                                         .slot_stride = parameters_,
                                         .bias = bias_,
                                         .image_parts = image_parts_});
    } else {
      launch(pass.stream, Conv2dGradient{.in_channels = in_channels_,
                                         .out_channels = out_channels_,
                                         .height = height_,
                                         .width = width_,
                                         .images = pass.stride,
                                         .x = at.x,
                                         .dy = at.dy,
                                         .slots = slots_.data(),
                                         .slot_stride = parameters_,
                                         .bias = bias_,
                                         .image_parts = image_parts_,
                                         .row_parts = row_parts_});
    }
  }

  std::int64_t taps() const { return std::int64_t{height_.kernel} * width_.kernel; }
  std::int64_t weights() const { return out_channels_ * in_channels_ * taps(); }

  /// Cuts a gradient's sums over images, and a convolution's over rows too.
  void cut_sums(std::int64_t batch) {
    constexpr std::int64_t kBlocks = kBusyWarps / 4;  // of four warps each
    if (linear_) {
      const std::int64_t tiles = LinearGradient::tiles(in_channels_ + 1, out_channels_);
      image_parts_ = std::clamp<std::int64_t>(kBlocks / tiles, 1, pieces(batch, kWarp));
      return;
    }
    const std::int64_t blocks = pieces(out_channels_, Conv2dGradient::outputs_of(out_channels_)) *
                                in_channels_ * height_.kernel;
    image_parts_ =
        std::clamp<std::int64_t>(kBlocks / blocks, 1, pieces(batch, Conv2dGradient::kThreads));
    const std::int64_t parts = kBlocks / (blocks * image_parts_);
    const std::int64_t rows =
        parts == 0 ? height_.out : std::max<std::int64_t>(height_.out / parts, 1);
    row_parts_ = pieces(height_.out, rows);
  }

  Function activation_;
  bool trains_;
  std::int64_t in_channels_, out_channels_;
  Axis height_{1, 1, 1, 1, 0}, width_{1, 1, 1, 1, 0};
  bool linear_ = false, bias_ = false;
  std::int64_t parameters_;
  const float* memory_;
  std::int64_t image_parts_ = 1, row_parts_ = 1;
  DeviceArray<float> forward_, backward_;  ///< the weight, laid out for both contractions
  DeviceArray<float> slots_, mask_;
};

}  // namespace

std::unique_ptr<CudaStage> stage_for(const Conv2dOp& op, const StagePlan& plan) {
  if (op.groups > 1 || op.window.dilation != Size2d(1)) return grouped_stage(op, plan);
  return std::make_unique<WeightedStage>(plan, op);
}

std::unique_ptr<CudaStage> stage_for(const LinearOp& op, const StagePlan& plan) {
  return std::make_unique<WeightedStage>(plan, op);
}

}  // namespace lenet::cuda
