// Functions that stand alone, and Dropout.
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

std::unique_ptr<CudaStage> stage_for(const DropoutOp& op, const StagePlan& plan) {
  return std::make_unique<DropoutStage>(plan, op.p);
}

}  // namespace lenet::cuda
