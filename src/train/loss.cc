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

}  // namespace

PackLoss CrossEntropyLoss::forward(const PackTargets& targets, const float* logits) const {
  const kernels::Target target{targets.label, targets.count, label_smoothing};
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
  kernels::cross_entropy_backward(outputs, {targets.label, targets.count, label_smoothing}, scale,
                                  loss.softmax, logits);
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

Loss loss_of(const Batch& batch, std::int64_t outputs, double label_smoothing) {
  if (batch.has_classes()) return CrossEntropyLoss{outputs, static_cast<float>(label_smoothing)};
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
