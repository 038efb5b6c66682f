#include "train/loss.h"

#include <fmt/format.h>

#include "base/require.h"

namespace lenet {

PackLoss CrossEntropyLoss::forward(const PackTargets& targets, const float* logits) const {
  const kernels::Target target{targets.label, targets.count, label_smoothing};
  PackLoss loss{.metrics = {.examples = targets.count}, .softmax = {}};
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

std::span<const Metric* const> known_metrics() {
  static constexpr const Metric* kAll[] = {&kAccuracy};
  return kAll;
}

double as_accuracy(const Metric& metric, double value) {
  require(metric.name == kAccuracy.name,
          fmt::format("accuracy: the loss has another metric, {}", metric.title));
  return value;
}

}  // namespace lenet
