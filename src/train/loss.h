// The loss of one pack, forward and backward, as a mean over a batch.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <variant>

#include "kernels/cross_entropy.h"
#include "kernels/distillation.h"
#include "kernels/row_loss.h"
#include "lenet/label.h"
#include "lenet/loss_function.h"
#include "lenet/pack.h"
#include "lenet/trainer.h"

namespace lenet {

/// What the outputs of one pack are compared with, by the kind of the targets: lanes from `count`
/// on are blank.
struct PackTargets {
  std::int64_t count;
  Label label[kPack] = {};
  bool mixed = false;  ///< with the classes of other images
  Label other[kPack] = {};
  float share[kPack] = {};  ///< of `label`
  const float* row[kPack] = {};
  float* teacher = nullptr;  ///< its outputs, (outputs, kPack), which backward() overwrites;
                             ///< null: there is none

  /// Which has the larger share.
  Label main_label(std::int64_t lane) const {
    return mixed && share[lane] < 0.5f ? other[lane] : label[lane];
  }
};

/// The loss of one pack, and what its gradient takes.
struct PackLoss {
  Metrics metrics;
  kernels::SoftmaxStatistics softmax;  ///< of cross-entropy; the predicted classes too
  kernels::RowSums sums;               ///< of rows
  kernels::Softened softened;          ///< with a teacher
};

/// Softmax cross-entropy with this share of each target spread evenly over the outputs, and with
/// the divergence from a teacher's outputs where the targets have these.
struct CrossEntropyLoss {
  std::int64_t outputs;
  float label_smoothing = 0;
  const float* class_weights = nullptr;  ///< one a class; null: all alike
  float weight_scale = 1;                ///< of the batch: weight_scale_of()
  float temperature = 1, teacher_weight = 0;

  const Metric& metric() const { return kAccuracy; }

  /// logits: (outputs, kPack).
  PackLoss forward(const PackTargets& targets, const float* logits) const;

  /// Overwrites the logits that forward() saw with the gradient of `scale` times the loss.
  void backward(const PackTargets& targets, const PackLoss& loss, float scale, float* logits) const;

 private:
  float own_weight(const PackTargets& targets) const {
    return targets.teacher ? 1 - teacher_weight : 1;
  }
  kernels::Target target_of(const PackTargets& targets) const;
};

/// A loss of rows. An example's is its mean over the outputs, or their sum where they are classes.
struct RowLoss {
  LossFunction function;
  std::int64_t outputs;

  const Metric& metric() const;

  PackLoss forward(const PackTargets& targets, const float* y) const;
  void backward(const PackTargets& targets, const PackLoss& loss, float scale, float* y) const;

 private:
  double terms() const;  ///< by which an example's sum is divided
  kernels::RowTargets targets_of(const PackTargets& targets, const PackLoss& loss) const;
};

using Loss = std::variant<CrossEntropyLoss, RowLoss>;

/// What a loss is told beside its targets.
struct LossOptions {
  std::optional<LossFunction> function = {};
  double label_smoothing = 0;
  std::span<const float> class_weights = {};
  Distillation distillation = {};
};
LossOptions loss_options_of(const Trainer::Options& options);

/// The examples over the sum of their weights, which makes the mean over the examples torch's
/// weighted mean; 0 where all weigh nothing, 1 without weights.
float weight_scale_of(const Batch& batch, std::span<const float> class_weights);

/// The loss of a batch for a network with so many outputs. Throws Error (kUsage) for a batch
/// without targets or with targets that the loss does not take, for label smoothing or class
/// weights where there are no classes, and for another number of weights than outputs.
Loss loss_of(const Batch& batch, std::int64_t outputs, const LossOptions& options);

/// By which it is reported and judged.
const Metric& metric_of(const Loss& loss);

/// The metrics of all losses.
std::span<const Metric* const> known_metrics();

}  // namespace lenet
