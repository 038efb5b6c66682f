#include <algorithm>

#include "cpu/stage.h"
#include "kernels/activation.h"
#include "kernels/mapping.h"
#include "nn/function.h"

namespace lenet::cpu {
namespace {

/// A function whose derivative its value tells. As a rule it is merged into the stage before.
class ActivationStage final : public CpuStage {
 public:
  ActivationStage(Activation activation, std::int64_t count)
      : CpuStage(StageTraits()), activation_(activation), count_(count * kPack) {}

  void forward(const PackForward& pass) const override {
    std::copy_n(pass.x, count_, pass.y);
    kernels::activation_forward(activation_, count_, pass.y);
  }

  void backward(const PackBackward& pass) const override {
    if (!pass.dx) return;
    std::copy_n(pass.x, count_, pass.dx);
    kernels::activation_forward(activation_, count_, pass.dx);
    kernels::activation_backward(activation_, count_, pass.dy, pass.dx);
  }

 private:
  Activation activation_;
  std::int64_t count_;
};

/// A function that keeps its argument for the backward pass.
class MappingStage final : public CpuStage {
 public:
  MappingStage(const Mapping& mapping, std::int64_t count)
      : CpuStage({.backward_in_place = true, .image_scratch = 0}),
        mapping_(mapping),
        count_(count) {}

  void forward(const PackForward& pass) const override {
    kernels::mapping_forward(mapping_, count_ * kPack, pass.x, pass.y);
  }

  void backward(const PackBackward& pass) const override {
    if (pass.dx) kernels::mapping_backward(mapping_, count_ * kPack, pass.x, pass.dy, pass.dx);
  }

  void forward_image(const ImageForward& pass) const override {
    kernels::mapping_forward(mapping_, (count_ + kPack - 1) / kPack * kPack, pass.x, pass.y);
  }

 private:
  Mapping mapping_;
  std::int64_t count_;
};

}  // namespace

std::unique_ptr<CpuStage> make_function_stage(const FunctionOp& op, const StageShape& shape) {
  const std::int64_t count = element_count(shape.input);
  if (const auto activation = activation_of(op.function)) {
    return std::make_unique<ActivationStage>(*activation, count);
  }
  return std::make_unique<MappingStage>(mapping_of(op.function), count);
}

}  // namespace lenet::cpu
