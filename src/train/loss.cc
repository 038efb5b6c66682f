#include "train/loss.h"

#include <fmt/format.h>

#include <cmath>
#include <type_traits>

#include "lenet/error.h"

namespace lenet {
namespace {

template <class... L>
std::span<const Metric* const> known_metrics(std::type_identity<std::variant<L...>>) {
  static constexpr const Metric* kAll[] = {&L::kMetric...};
  return kAll;
}

[[noreturn]] void refuse_weights(const Batch& batch, std::size_t weights, std::int64_t outputs) {
  if (!batch.has_classes()) {
    throw Error(ErrorKind::kUsage, "class weights: want none where the targets are no classes");
  }
  throw Error(ErrorKind::kUsage,
              fmt::format("class weights: {}, want one for each of {} outputs", weights, outputs));
}

}  // namespace

PackLoss CrossEntropyLoss::forward(const PackTargets& targets, const float* logits) const {
  const kernels::Target target = target_of(targets);
  PackLoss loss{.metrics = {.examples = targets.count, .metric = &kMetric}, .softmax = {}};
  kernels::cross_entropy_forward(outputs, logits, loss.softmax);
  for (std::int64_t lane = 0; lane < targets.count; ++lane) {
    loss.metrics.loss_sum += kernels::cross_entropy(outputs, target, lane, loss.softmax, logits);
    loss.metrics.metric_sum += loss.softmax.predicted[lane] == targets.label[lane];
  }
  return loss;
}

void CrossEntropyLoss::backward(const PackTargets& targets, const PackLoss& loss, float scale,
                                float* logits) const {
  kernels::cross_entropy_backward(outputs, target_of(targets), scale, loss.softmax, logits);
}

kernels::Target CrossEntropyLoss::target_of(const PackTargets& targets) const {
  return {.labels = targets.label,
          .count = targets.count,
          .smoothing = label_smoothing,
          .class_weights = class_weights,
          .weight_scale = weight_scale};
}

PackLoss SquaredErrorLoss::forward(const PackTargets& targets, const float* y) const {
  PackLoss loss{.metrics = {.examples = targets.count, .metric = &kMetric}, .softmax = {}};
  for (std::int64_t lane = 0; lane < targets.count; ++lane) {
    double squares = 0, distances = 0;
    for (std::int64_t k = 0; k < outputs; ++k) {
      const auto error = static_cast<double>(y[k * kPack + lane] - targets.row[lane][k]);
      squares += error * error;
      distances += std::abs(error);
    }
    loss.metrics.loss_sum += squares / static_cast<double>(outputs);
    loss.metrics.metric_sum += distances / static_cast<double>(outputs);
  }
  return loss;
}

/// d/dy of the mean of (y - target)^2 is 2 (y - target) / outputs.
void SquaredErrorLoss::backward(const PackTargets& targets, const PackLoss&, float scale,
                                float* y) const {
  const float factor = 2 * scale / static_cast<float>(outputs);
  for (std::int64_t k = 0; k < outputs; ++k) {
    for (std::int64_t lane = 0; lane < kPack; ++lane) {
      float& of_lane = y[k * kPack + lane];
      of_lane = lane < targets.count ? factor * (of_lane - targets.row[lane][k]) : 0.0f;
    }
  }
}

LossOptions loss_options_of(const Trainer::Options& options) {
  return {options.label_smoothing, options.class_weights};
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
  const auto& [label_smoothing, weights] = options;
  if (!weights.empty() && (!batch.has_classes() || std::ssize(weights) != outputs)) {
    refuse_weights(batch, weights.size(), outputs);
  }
  if (batch.has_classes()) {
    return CrossEntropyLoss{.outputs = outputs,
                            .label_smoothing = static_cast<float>(label_smoothing),
                            .class_weights = weights.empty() ? nullptr : weights.data(),
                            .weight_scale = weight_scale_of(batch, weights)};
  }
  if (!batch.has_rows()) {
    throw Error(ErrorKind::kUsage, "the batch has no targets, want a class or a row an example");
  }
  if (label_smoothing != 0) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format("label smoothing: {}, want 0 where the targets are floats", label_smoothing));
  }
  return SquaredErrorLoss{outputs};
}

const Metric& metric_of(const Loss& loss) {
  return std::visit([](const auto& l) -> const Metric& { return l.kMetric; }, loss);
}

std::span<const Metric* const> known_metrics() { return known_metrics(std::type_identity<Loss>()); }

double as_accuracy(const Metric& metric, double value) {
  if (metric.name == kAccuracy.name) return value;
  throw Error(ErrorKind::kUsage,
              fmt::format("accuracy: the loss has another metric, {}", metric.title));
}

}  // namespace lenet
