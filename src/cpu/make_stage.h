// The CPU's stage for each operation.
#pragma once

#include <memory>

#include "cpu/batch_norm_stage.h"
#include "cpu/stage.h"

namespace lenet::cpu {

struct MadeStage {
  std::unique_ptr<CpuStage> stage;
  const BatchNormStage* norm = nullptr;  ///< the same stage, if it normalises over the batch
};

MadeStage make_stage(const Operation& op, const StageShape& shape);

}  // namespace lenet::cpu
