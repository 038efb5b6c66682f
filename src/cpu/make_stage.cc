#include "cpu/make_stage.h"

#include <utility>

#include "base/visit.h"

namespace lenet::cpu {
namespace {

MadeStage make_norm_stage(const BatchNormOp& op, const StageShape& shape) {
  auto stage = std::make_unique<BatchNormStage>(op, shape);
  const BatchNormStage* norm = stage.get();
  return {std::move(stage), norm};
}

}  // namespace

MadeStage make_stage(const Operation& op, const StageShape& shape) {
  using Made = MadeStage;
  return std::visit(
      Overloaded{[&](const Conv2dOp& o) { return Made{make_conv2d_stage(o, shape)}; },
                 [&](const LinearOp& o) { return Made{make_linear_stage(o, shape)}; },
                 [&](const AvgPool2dOp& o) { return Made{make_avg_pool2d_stage(o, shape)}; },
                 [&](const MaxPool2dOp& o) { return Made{make_max_pool2d_stage(o, shape)}; },
                 [&](const BatchNormOp& o) { return make_norm_stage(o, shape); },
                 [&](const AffineOp&) { return Made{make_affine_stage(shape)}; },
                 [&](const FunctionOp& o) { return Made{make_function_stage(o, shape)}; },
                 [&](const DropoutOp& o) { return Made{make_dropout_stage(o, shape)}; },
                 [&](const FlattenOp&) { return Made{make_flatten_stage(shape)}; },
                 [&](const UserOp&) { return Made{make_user_stage(shape)}; }},
      op);
}

}  // namespace lenet::cpu
