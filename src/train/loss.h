// The loss of one pack, forward and backward, as a mean over a batch.
#pragma once

#include <cstdint>
#include <span>
#include <variant>

#include "kernels/cross_entropy.h"
#include "lenet/label.h"
#include "lenet/pack.h"
#include "lenet/trainer.h"

namespace lenet {

/// What the outputs of one pack are compared with, by the kind of the targets: lanes from `count`
/// on are blank.
struct PackTargets {
  std::int64_t count;
  Label label[kPack];
  const float* row[kPack];
};

/// The loss of one pack, and what its gradient takes.
struct PackLoss {
  Metrics metrics;
  kernels::SoftmaxStatistics softmax;  ///< of cross-entropy; the predicted classes too
};

/// Softmax cross-entropy with this share of each target spread evenly over the outputs.
struct CrossEntropyLoss {
  static constexpr const Metric& kMetric = kAccuracy;

  std::int64_t outputs;
  float label_smoothing = 0;
  const float* class_weights = nullptr;  ///< one a class; null: all alike
  float weight_scale = 1;                ///< of the batch: weight_scale_of()

  /// logits: (outputs, kPack).
  PackLoss forward(const PackTargets& targets, const float* logits) const;

  /// Overwrites the logits that forward() saw with the gradient of `scale` times the loss.
  void backward(const PackTargets& targets, const PackLoss& loss, float scale, float* logits) const;

 private:
  kernels::Target target_of(const PackTargets& targets) const;
};

/// The mean over the outputs of (output - target)^2; its metric is the mean absolute error.
struct SquaredErrorLoss {
  static constexpr Metric kMetric = {"mae", "mae", false};

  std::int64_t outputs;

  PackLoss forward(const PackTargets& targets, const float* y) const;
  void backward(const PackTargets& targets, const PackLoss& loss, float scale, float* y) const;
};

using Loss = std::variant<CrossEntropyLoss, SquaredErrorLoss>;

/// What a loss is told beside its targets.
struct LossOptions {
  double label_smoothing = 0;
  std::span<const float> class_weights = {};
};
LossOptions loss_options_of(const Trainer::Options& options);

/// The examples over the sum of their weights, which makes the mean over the examples torch's
/// weighted mean; 0 where all weigh nothing, 1 without weights.
float weight_scale_of(const Batch& batch, std::span<const float> class_weights);

/// The loss that the batch's targets want of a network with so many outputs. Throws Error (kUsage)
/// for a batch without targets, for label smoothing or class weights where there are no classes,
/// and for another number of weights than outputs.
Loss loss_of(const Batch& batch, std::int64_t outputs, const LossOptions& options);

/// By which it is reported and judged.
const Metric& metric_of(const Loss& loss);

/// The metrics of all losses.
std::span<const Metric* const> known_metrics();

}  // namespace lenet
