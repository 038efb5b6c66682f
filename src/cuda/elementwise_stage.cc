// Functions that stand alone, zeros round an image, images made larger, and Dropout.
#include <algorithm>

#include "cuda/stage.h"

namespace lenet::cuda {
namespace {

class FunctionStage final : public CudaStage {
 public:
  FunctionStage(const StagePlan& plan, const Function& f)
      : f_(f), next_(plan.stage.activation), values_(element_count(plan.input)) {}

  void forward(const Pass& pass, const StageBuffers& at) const override {
    launch(pass.stream, FunctionForward{f_, next_, pass.stride, at.x, at.y}, values_);
  }

  void backward(const Pass& pass, const StageBuffers& at) const override {
    if (!at.dx) return;
    launch(pass.stream, FunctionBackward{f_, at.before, pass.stride, at.x, at.dy, at.dx}, values_);
  }

 private:
  Function f_, next_;
  std::int64_t values_;
};

/// What puts values at other places of the image.
template <class Sizes, class Forward, class Backward>
class PlacingStage final : public CudaStage {
 public:
  PlacingStage(const StagePlan& plan, const Sizes& sizes)
      : next_(plan.stage.activation), sizes_(sizes) {}

  void forward(const Pass& pass, const StageBuffers& at) const override {
    launch(pass.stream, Forward{sizes(pass), next_, at.x, at.y});
  }

  void backward(const Pass& pass, const StageBuffers& at) const override {
    if (at.dx) launch(pass.stream, Backward{sizes(pass), at.before, at.dy, at.dx});
  }

 private:
  Sizes sizes(const Pass& pass) const {
    Sizes sizes = sizes_;
    sizes.images = pass.stride;
    return sizes;
  }

  Function next_;
  Sizes sizes_;
};

using ZeroPad2dStage = PlacingStage<ZeroPad2dSizes, ZeroPad2dForward, ZeroPad2dBackward>;
using UpsampleStage = PlacingStage<UpsampleSizes, UpsampleForward, UpsampleBackward>;

class DropoutStage final : public CudaStage {
 public:
  DropoutStage(const StagePlan& plan, double p)
      : next_(plan.stage.activation),
        stage_(static_cast<std::uint32_t>(plan.stage.number)),
        threshold_(static_cast<std::uint32_t>(std::min(p * 0x1p32, 0x1p32 - 1))),
        scale_(p < 1 ? static_cast<float>(1 / (1 - p)) : 0.0f),
        values_(element_count(plan.input)) {}

  void forward(const Pass& pass, const StageBuffers& at) const override {
    launch(pass.stream, kernel(pass, next_, Derivative(), at.x, at.y));
  }

  void backward(const Pass& pass, const StageBuffers& at) const override {
    if (!at.dx) return;
    launch(pass.stream, kernel(pass, Function(), at.before, at.dy, at.dx));
  }

 private:
  Dropout4 kernel(const Pass& pass, const Function& next, const Derivative& before,
                  const float* from, float* to) const {
    return {.threshold = threshold_,
            .scale = scale_,
            .seed = pass.seed,
            .stage = stage_,
            .step = pass.step,
            .next = next,
            .before = before,
            .elements = values_,
            .images = pass.stride,
            .x = from,
            .y = to};
  }

  Function next_;
  std::uint32_t stage_, threshold_;
  float scale_;
  std::int64_t values_;
};

}  // namespace

std::unique_ptr<CudaStage> stage_for(const FunctionOp& op, const StagePlan& plan) {
  return std::make_unique<FunctionStage>(plan, op.function);
}

std::unique_ptr<CudaStage> stage_for(const ZeroPad2dOp& op, const StagePlan& plan) {
  return std::make_unique<ZeroPad2dStage>(plan, ZeroPad2dSizes{.channels = plan.input[0],
                                                               .in_height = plan.input[1],
                                                               .in_width = plan.input[2],
                                                               .out_height = plan.output[1],
                                                               .out_width = plan.output[2],
                                                               .top = op.padding.before.height,
                                                               .left = op.padding.before.width,
                                                               .images = 0});
}

std::unique_ptr<CudaStage> stage_for(const UpsampleOp& op, const StagePlan& plan) {
  return std::make_unique<UpsampleStage>(plan, UpsampleSizes{.channels = plan.input[0],
                                                             .in_height = plan.input[1],
                                                             .in_width = plan.input[2],
                                                             .scale_height = op.scale.height,
                                                             .scale_width = op.scale.width,
                                                             .images = 0});
}

std::unique_ptr<CudaStage> stage_for(const DropoutOp& op, const StagePlan& plan) {
  return std::make_unique<DropoutStage>(plan, op.p);
}

}  // namespace lenet::cuda
