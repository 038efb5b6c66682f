#include "train/loss.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/require.h"
#include "kernels/add.h"

namespace lenet {
namespace {

[[noreturn]] void refuse_weights(const Batch& batch, std::size_t weights, std::int64_t outputs) {
  if (!batch.has_classes()) {
    throw Error(ErrorKind::kUsage, "class weights: want none where the targets are no classes");
  }
  throw Error(ErrorKind::kUsage,
              fmt::format("class weights: {}, want one for each of {} outputs", weights, outputs));
}

[[noreturn]] void refuse_classes(LossFunction function) {
  throw Error(ErrorKind::kUsage,
              fmt::format("loss: {}, and the targets are classes: want cross-entropy, or a row of "
                          "floats an example",
                          to_string(function)));
}

void require_mixable(const Batch& batch, bool weighted) {
  if (batch.has_classes() && !weighted) return;
  throw Error(ErrorKind::kUsage,
              fmt::format("mixup and cutmix: {}",
                          weighted ? "want no class weights" : "want a class an example"));
}

/// Throws unless all targets are shares and, as `sum` has it, those of an example sum to 1.
void require_shares(const Batch& batch, LossFunction function, bool sum) {
  for (std::int64_t i = 0; i < batch.size(); ++i) {
    double total = 0;
    for (const float t : batch.row(i)) {
      total += static_cast<double>(t);
      if (t >= 0 && t <= 1) continue;
      throw Error(ErrorKind::kUsage,
                  fmt::format("loss: {}, and example {} of the batch has the target {}; want "
                              "targets from 0 to 1, or the loss mse or l1",
                              to_string(function), i, t));
    }
    if (!sum || std::abs(total - 1) <= 1e-3) continue;
    throw Error(ErrorKind::kUsage,
                fmt::format("loss: cross-entropy, and the targets of example {} of the batch sum "
                            "to {:.6g}; want probabilities that sum to 1, or for several labels an "
                            "example the loss bce",
                            i, total));
  }
}

void require_targets(const Batch& batch, LossFunction function) {
  switch (function) {
    case LossFunction::kCrossEntropy:
      return require_shares(batch, function, true);
    case LossFunction::kBce:
      return require_shares(batch, function, false);
    case LossFunction::kMse:
    case LossFunction::kL1:
      return;
  }
}

}  // namespace

PackLoss CrossEntropyLoss::forward(const PackTargets& targets, const float* logits) const {
  const kernels::Target target = target_of(targets);
  PackLoss loss{.metrics = {.examples = targets.count, .metric = &metric()},
                .softmax = {},
                .sums = {},
                .softened = {}};
  kernels::cross_entropy_forward(outputs, logits, loss.softmax);
  if (targets.teacher) {
    kernels::soften(outputs, temperature, logits, targets.teacher, loss.softened);
  }
  const float of_teacher = teacher_weight * temperature * temperature;
  for (std::int64_t lane = 0; lane < targets.count; ++lane) {
    const float own = kernels::cross_entropy(outputs, target, lane, loss.softmax, logits);
    loss.metrics.loss_sum += own_weight(targets) * own;
    if (targets.teacher) loss.metrics.loss_sum += of_teacher * loss.softened.divergence[lane];
    loss.metrics.metric_sum += loss.softmax.predicted[lane] == targets.main_label(lane);
  }
  return loss;
}

void CrossEntropyLoss::backward(const PackTargets& targets, const PackLoss& loss, float scale,
                                float* logits) const {
  if (targets.teacher) {
    kernels::softened_backward(outputs, temperature, loss.softened, targets.count,
                               scale * teacher_weight * temperature, logits, targets.teacher);
  }
  kernels::cross_entropy_backward(outputs, target_of(targets), scale * own_weight(targets),
                                  loss.softmax, logits);
  if (targets.teacher) kernels::add(outputs * kPack, logits, targets.teacher, logits);
}

kernels::Target CrossEntropyLoss::target_of(const PackTargets& targets) const {
  return {.labels = targets.label,
          .count = targets.count,
          .smoothing = label_smoothing,
          .class_weights = class_weights,
          .weight_scale = weight_scale,
          .others = targets.mixed ? targets.other : nullptr,
          .shares = targets.mixed ? targets.share : nullptr};
}

const Metric& RowLoss::metric() const {
  switch (function) {
    case LossFunction::kCrossEntropy:
      return kAccuracy;
    case LossFunction::kBce:
      return kLabelAccuracy;
    case LossFunction::kMse:
    case LossFunction::kL1:
      return kMeanAbsoluteError;
  }
  unknown("loss");
}

double RowLoss::terms() const {
  return function == LossFunction::kCrossEntropy ? 1 : static_cast<double>(outputs);
}

kernels::RowTargets RowLoss::targets_of(const PackTargets& targets, const PackLoss& loss) const {
  return {.loss = function,
          .outputs = outputs,
          .rows = targets.row,
          .logsumexp = loss.softmax.logsumexp};
}

PackLoss RowLoss::forward(const PackTargets& targets, const float* y) const {
  PackLoss loss{.metrics = {.examples = targets.count, .metric = &metric()},
                .softmax = {},
                .sums = {},
                .softened = {}};
  const bool classes = function == LossFunction::kCrossEntropy;
  if (classes) kernels::cross_entropy_forward(outputs, y, loss.softmax);
  kernels::row_loss_forward(targets_of(targets, loss), y, loss.sums);
  for (std::int64_t lane = 0; lane < targets.count; ++lane) {
    const float* row = targets.row[lane];
    loss.metrics.loss_sum += loss.sums.loss[lane] / terms();
    if (classes) {
      loss.metrics.metric_sum +=
          loss.softmax.predicted[lane] == std::max_element(row, row + outputs) - row;
    } else {
      loss.metrics.metric_sum += loss.sums.score[lane] / terms();
    }
  }
  return loss;
}

void RowLoss::backward(const PackTargets& targets, const PackLoss& loss, float scale,
                       float* y) const {
  const float of_term = scale / static_cast<float>(terms());
  kernels::row_loss_backward(targets_of(targets, loss), loss.sums, of_term, y);
}

LossOptions loss_options_of(const Trainer::Options& options) {
  return {options.loss, options.label_smoothing, options.class_weights, options.distillation};
}

float weight_scale_of(const Batch& batch, std::span<const float> class_weights) {
  if (class_weights.empty()) return 1;
  double sum = 0;
  for (std::int64_t i = 0; i < batch.size(); ++i) {
    sum += static_cast<double>(class_weights[batch.label(i)]);
  }
  return sum > 0 ? static_cast<float>(static_cast<double>(batch.size()) / sum) : 0.0f;
}

Loss loss_of(const Batch& batch, std::int64_t outputs, const LossOptions& options) {
  const auto& [named, label_smoothing, weights, distillation] = options;
  const LossFunction function = named.value_or(usual_loss(batch.has_classes()));
  if (!weights.empty() && (!batch.has_classes() || std::ssize(weights) != outputs)) {
    refuse_weights(batch, weights.size(), outputs);
  }
  if (batch.augmentation().mixes()) require_mixable(batch, !weights.empty());
  if (batch.has_classes()) {
    if (function != LossFunction::kCrossEntropy) refuse_classes(function);
    return CrossEntropyLoss{.outputs = outputs,
                            .label_smoothing = static_cast<float>(label_smoothing),
                            .class_weights = weights.empty() ? nullptr : weights.data(),
                            .weight_scale = weight_scale_of(batch, weights),
                            .temperature = static_cast<float>(distillation.temperature),
                            .teacher_weight = static_cast<float>(distillation.weight)};
  }
  if (!batch.has_rows()) {
    throw Error(ErrorKind::kUsage, "the batch has no targets, want a class or a row an example");
  }
  if (distillation.teacher) {
    throw Error(ErrorKind::kUsage, "a teacher: want none where the targets are no classes");
  }
  if (label_smoothing != 0) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format("label smoothing: {}, want 0 where the targets are floats", label_smoothing));
  }
  require_targets(batch, function);
  return RowLoss{function, outputs};
}

const Metric& metric_of(const Loss& loss) {
  return std::visit([](const auto& l) -> const Metric& { return l.metric(); }, loss);
}

std::span<const Metric* const> known_metrics() {
  static constexpr const Metric* kAll[] = {&kAccuracy, &kLabelAccuracy, &kMeanAbsoluteError};
  return kAll;
}

double as_accuracy(const Metric& metric, double value) {
  if (metric.name == kAccuracy.name) return value;
  throw Error(ErrorKind::kUsage,
              fmt::format("accuracy: the loss has another metric, {}", metric.title));
}

}  // namespace lenet
