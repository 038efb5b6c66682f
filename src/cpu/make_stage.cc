#include "cpu/make_stage.h"

#include <utility>

#include "base/require.h"
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
  return std::visit(Overloaded{[&](const BatchNormOp& o) { return make_norm_stage(o, shape); },
                               [](const OneOf<SumOp, ConcatOp, ScaleOp> auto&) -> MadeStage {
                                 unknown("stage: where values meet, the plan brings them together");
                               },
                               [&](const auto& o) { return MadeStage{stage_for(o, shape)}; }},
                    op);
}

}  // namespace lenet::cpu
