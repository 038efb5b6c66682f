// Conv2d with groups or dilation.
#pragma once

#include <memory>

#include "cuda/stage.h"

namespace lenet::cuda {

std::unique_ptr<CudaStage> grouped_stage(const Conv2dOp& op, const StagePlan& plan);

}  // namespace lenet::cuda
