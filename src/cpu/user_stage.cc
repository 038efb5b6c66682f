// Layers of the user, whose forward() and backward() nobody else knows.
#include "cpu/stage.h"

namespace lenet::cpu {
namespace {

/// Refers to the layer.
class UserStage final : public CpuStage {
 public:
  UserStage(const Layer& layer, std::int64_t parameters)
      : CpuStage({.parts = one_part(parameters)}), layer_(layer) {}

  void forward(const PackForward& pass) const override {
    layer_.forward(
        {.parameters = pass.parameters, .x = pass.x, .y = pass.y, .random = pass.random});
  }

  void backward(const PackBackward& pass) const override {
    layer_.backward({.parameters = pass.parameters,
                     .x = pass.x,
                     .dy = pass.dy,
                     .dx = pass.dx,
                     .dparameters = pass.dparameters,
                     .images = pass.images,
                     .random = pass.random,
                     .trains = pass.trains});
  }

 private:
  const Layer& layer_;
};

}  // namespace

std::unique_ptr<CpuStage> stage_for(const UserOp& /*op*/, const StageShape& shape) {
  return std::make_unique<UserStage>(shape.layer, shape.parameters);
}

}  // namespace lenet::cpu
