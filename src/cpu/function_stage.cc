#include "base/packs.h"
#include "cpu/stage.h"
#include "kernels/function.h"

namespace lenet::cpu {
namespace {

/// A function by itself. One whose value tells its derivative is as a rule merged into the stage
/// before.
class FunctionStage final : public CpuStage {
 public:
  FunctionStage(const Function& function, std::int64_t count)
      : CpuStage({.backward_in_place = true, .forward_in_place = true, .image_scratch = 0}),
        function_(function),
        count_(count) {}

  void forward(const PackForward& pass) const override {
    kernels::function_forward(function_, count_ * kPack, pass.x, pass.y);
  }

  void backward(const PackBackward& pass) const override {
    if (pass.dx) kernels::function_backward(function_, count_ * kPack, pass.x, pass.dy, pass.dx);
  }

  void forward_image(const ImageForward& pass) const override {
    kernels::function_forward(function_, whole_packs(count_), pass.x, pass.y);
  }

 private:
  Function function_;
  std::int64_t count_;
};

}  // namespace

std::unique_ptr<CpuStage> stage_for(const FunctionOp& op, const StageShape& shape) {
  return std::make_unique<FunctionStage>(op.function, element_count(shape.input));
}

}  // namespace lenet::cpu
