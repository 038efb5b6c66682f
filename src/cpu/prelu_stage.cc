#include "cpu/stage.h"
#include "kernels/prelu.h"

namespace lenet::cpu {
namespace {

class PReLUStage final : public CpuStage {
 public:
  /// A weight for all is that of one channel of so many positions.
  PReLUStage(std::int64_t weights, std::int64_t elements)
      : CpuStage({.backward_in_place = true, .forward_in_place = true, .parts = one_part(weights)}),
        shape_{weights, elements / weights} {}

  void forward(const PackForward& pass) const override {
    kernels::prelu_forward(shape_, pass.parameters.data(), pass.x, pass.y);
  }

  void backward(const PackBackward& pass) const override {
    kernels::prelu_backward(shape_, pass.parameters.data(), pass.x, pass.dy, pass.dx,
                            pass.trains ? pass.dparameters.data() : nullptr);
  }

 private:
  kernels::ChannelShape shape_;
};

}  // namespace

std::unique_ptr<CpuStage> stage_for(const PReLUOp& op, const StageShape& shape) {
  return std::make_unique<PReLUStage>(op.weights, element_count(shape.input));
}

}  // namespace lenet::cpu
