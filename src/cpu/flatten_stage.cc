#include <algorithm>

#include "cpu/stage.h"

namespace lenet::cpu {
namespace {

/// For a Flatten that is called by itself: in a network it makes no stage.
class FlattenStage final : public CpuStage {
 public:
  explicit FlattenStage(std::int64_t count)
      : CpuStage({.backward_in_place = true}), count_(count * kPack) {}

  void forward(const PackForward& pass) const override { std::copy_n(pass.x, count_, pass.y); }

  void backward(const PackBackward& pass) const override {
    if (pass.dx) std::copy_n(pass.dy, count_, pass.dx);
  }

 private:
  std::int64_t count_;
};

}  // namespace

std::unique_ptr<CpuStage> stage_for(const FlattenOp& /*op*/, const StageShape& shape) {
  return std::make_unique<FlattenStage>(element_count(shape.input));
}

}  // namespace lenet::cpu
