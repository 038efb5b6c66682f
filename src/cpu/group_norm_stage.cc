#include "cpu/stage.h"
#include "kernels/group_norm.h"

namespace lenet::cpu {
namespace {

/// With a weight and a bias for each element: as so many channels of one position.
kernels::GroupShape shape_of(const GroupNormOp& op, const Shape& input) {
  const std::int64_t elements = element_count(input);
  const std::int64_t channels = op.by_element ? elements : input[0];
  return {.groups = op.groups,
          .channels = channels / op.groups,
          .positions = elements / channels,
          .eps = op.eps};
}

class GroupNormStage final : public CpuStage {
 public:
  GroupNormStage(const GroupNormOp& op, const StageShape& shape)
      : CpuStage({.backward_in_place = true, .parts = one_part(shape.parameters)}),
        op_(op),
        shape_(shape_of(op, shape.input)),
        ones_(op.weight ? 0 : channels(), 1.0f),
        zeros_(op.bias ? 0 : channels(), 0.0f) {}

  void forward(const PackForward& pass) const override {
    const float* parameters = pass.parameters.data();
    const float* bias = op_.bias ? parameters + channels() : zeros_.data();
    kernels::group_norm_forward(shape_, weight(parameters), bias, pass.x, pass.y);
  }

  void backward(const PackBackward& pass) const override {
    float* gradient = pass.trains ? pass.dparameters.data() : nullptr;
    kernels::group_norm_backward(shape_, weight(pass.parameters.data()), pass.x, pass.dy, pass.dx,
                                 op_.weight ? gradient : nullptr,
                                 op_.bias && gradient ? gradient + channels() : nullptr);
  }

 private:
  std::size_t channels() const { return static_cast<std::size_t>(shape_.groups * shape_.channels); }
  const float* weight(const float* parameters) const {
    return op_.weight ? parameters : ones_.data();
  }

  GroupNormOp op_;
  kernels::GroupShape shape_;
  std::vector<float> ones_, zeros_;  ///< in place of the parameters that it has not
};

}  // namespace

std::unique_ptr<CpuStage> stage_for(const GroupNormOp& op, const StageShape& shape) {
  return std::make_unique<GroupNormStage>(op, shape);
}

}  // namespace lenet::cpu
