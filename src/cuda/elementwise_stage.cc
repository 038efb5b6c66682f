// Activations that stand alone, mappings and Dropout.
#include <algorithm>

#include "cuda/stage.h"
#include "lenet/layers.h"

namespace lenet::cuda {
namespace {

class ActivationStage final : public CudaStage {
 public:
  ActivationStage(const StagePlan& plan, Activation activation)
      : activation_(activation), next_(plan.stage.activation), values_(element_count(plan.input)) {}

  void forward(const Pass& pass, const StageBuffers& at) const override {
    launch(pass.stream, ActivationForward{activation_, next_, pass.stride, at.x, at.y}, values_);
  }

  void backward(const Pass& pass, const StageBuffers& at) const override {
    if (!at.dx) return;
    launch(pass.stream, ActivationBackward{activation_, at.before, pass.stride, at.x, at.dy, at.dx},
           values_);
  }

 private:
  Activation activation_, next_;
  std::int64_t values_;
};

class MappingStage final : public CudaStage {
 public:
  MappingStage(const StagePlan& plan, const Mapping& mapping)
      : mapping_(mapping), next_(plan.stage.activation), values_(element_count(plan.input)) {}

  void forward(const Pass& pass, const StageBuffers& at) const override {
    launch(pass.stream, MappingForward{mapping_, next_, pass.stride, at.x, at.y}, values_);
  }

  void backward(const Pass& pass, const StageBuffers& at) const override {
    if (!at.dx) return;
    launch(pass.stream, MappingBackward{mapping_, at.before, pass.stride, at.x, at.dy, at.dx},
           values_);
  }

 private:
  Mapping mapping_;
  Activation next_;
  std::int64_t values_;
};

class DropoutStage final : public CudaStage {
 public:
  DropoutStage(const StagePlan& plan, double p)
      : next_(plan.stage.activation),
        stage_(static_cast<std::uint32_t>(plan.index)),
        threshold_(static_cast<std::uint32_t>(std::min(p * 0x1p32, 0x1p32 - 1))),
        scale_(p < 1 ? static_cast<float>(1 / (1 - p)) : 0.0f),
        values_(element_count(plan.input)) {}

  void forward(const Pass& pass, const StageBuffers& at) const override {
    launch(pass.stream, kernel(pass, next_, Derivative(), at.x, at.y));
  }

  void backward(const Pass& pass, const StageBuffers& at) const override {
    if (!at.dx) return;
    launch(pass.stream, kernel(pass, Activation::kNone, at.before, at.dy, at.dx));
  }

 private:
  Dropout4 kernel(const Pass& pass, Activation next, const Derivative& before, const float* from,
                  float* to) const {
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

  Activation next_;
  std::uint32_t stage_, threshold_;
  float scale_;
  std::int64_t values_;
};

}  // namespace

std::unique_ptr<CudaStage> make_elementwise_stage(const StagePlan& plan) {
  const Layer* layer = plan.stage.layer;
  if (const auto* activation = dynamic_cast<const ElementwiseLayer*>(layer)) {
    return std::make_unique<ActivationStage>(plan, activation->activation());
  }
  if (const auto* mapped = dynamic_cast<const MappedLayer*>(layer)) {
    return std::make_unique<MappingStage>(plan, mapped->mapping());
  }
  return std::make_unique<DropoutStage>(plan, dynamic_cast<const Dropout&>(*layer).p());
}

}  // namespace lenet::cuda
