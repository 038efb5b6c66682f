#include "cpu/planned_stage.h"

#include <algorithm>

namespace lenet::cpu {

const StageTraits& PlannedStage::traits() const {
  static const StageTraits kNone;
  return cpu ? cpu->traits() : kNone;
}

bool PlannedStage::passes_gradient() const {
  return !cpu && !std::holds_alternative<ScaleOp>(node.op);
}

bool PlannedStage::wants_dx() const { return std::ranges::any_of(inputs, &PlannedInput::wants_dx); }

}  // namespace lenet::cpu
