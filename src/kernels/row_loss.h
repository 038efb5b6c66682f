// The losses of one pack whose targets are rows of floats.
#pragma once

#include <cstdint>

#include "lenet/loss_function.h"
#include "lenet/pack.h"

namespace lenet::kernels {

/// What the outputs of one pack are compared with.
struct RowTargets {
  LossFunction loss;
  std::int64_t outputs;
  const float* const* rows;  ///< a row of `outputs` floats a lane; null: a blank lane
  const float* logsumexp;    ///< of cross-entropy: cross_entropy_forward()'s
};

/// Sums over a row, lane by lane.
struct RowSums {
  double loss[kPack];   ///< values of the loss
  double score[kPack];  ///< scores (base/loss_formula.h); of cross-entropy the targets
};

/// y: (outputs, kPack), aligned to 64 bytes.
void row_loss_forward(const RowTargets& targets, const float* y, RowSums& sums);

/// Overwrites y with `scale` times the derivative of the sums of losses; 0 in blank lanes.
void row_loss_backward(const RowTargets& targets, const RowSums& sums, float scale, float* y);

}  // namespace lenet::kernels
