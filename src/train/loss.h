// The loss of one pack, forward and backward: the mean softmax cross-entropy over a batch.
#pragma once

#include <cstdint>
#include <span>

#include "kernels/cross_entropy.h"
#include "lenet/label.h"
#include "lenet/pack.h"
#include "lenet/trainer.h"

namespace lenet {

/// What the outputs of one pack are compared with: lanes from `count` on are blank.
struct PackTargets {
  std::int64_t count;
  Label label[kPack];
};

/// The loss of one pack, and what its gradient takes.
struct PackLoss {
  Metrics metrics;
  kernels::SoftmaxStatistics softmax;  ///< the predicted classes too
};

/// Cross-entropy of `outputs` logits, with this share of each target spread evenly over them.
struct CrossEntropyLoss {
  std::int64_t outputs;
  float label_smoothing = 0;

  /// logits: (outputs, kPack).
  PackLoss forward(const PackTargets& targets, const float* logits) const;

  /// Overwrites the logits that forward() saw with the gradient of `scale` times the loss.
  void backward(const PackTargets& targets, const PackLoss& loss, float scale, float* logits) const;
};

/// The metrics of all losses.
std::span<const Metric* const> known_metrics();

}  // namespace lenet
