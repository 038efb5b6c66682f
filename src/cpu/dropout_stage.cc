#include <algorithm>

#include "cpu/stage.h"
#include "kernels/dropout.h"

namespace lenet::cpu {
namespace {

class DropoutStage final : public CpuStage {
 public:
  DropoutStage(double p, std::int64_t count)
      : CpuStage({.backward_in_place = true, .forward_in_place = true, .image_scratch = 0}),
        p_(p),
        count_(count) {}

  void forward(const PackForward& pass) const override { run(pass.random, pass.x, pass.y); }

  void backward(const PackBackward& pass) const override {
    if (pass.dx) run(pass.random, pass.dy, pass.dx);
  }

  void forward_image(const ImageForward& pass) const override {
    std::copy_n(pass.x, count_, pass.y);
  }

 private:
  void run(const RandomPlace* random, const float* from, float* to) const {
    if (random) return kernels::dropout(p_, *random, count_, from, to);
    if (from != to) std::copy_n(from, count_ * kPack, to);
  }

  double p_;
  std::int64_t count_;
};

}  // namespace

std::unique_ptr<CpuStage> stage_for(const DropoutOp& op, const StageShape& shape) {
  return std::make_unique<DropoutStage>(op.p, element_count(shape.input));
}

}  // namespace lenet::cpu
