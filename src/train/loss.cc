#include "train/loss.h"

#include <fmt/format.h>

#include <type_traits>

#include "base/require.h"

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

Loss loss_of(const Batch& batch, std::int64_t outputs, double label_smoothing) {
  require(batch.has_classes(), "the loss: cross-entropy wants a class an example");
  return CrossEntropyLoss{outputs, static_cast<float>(label_smoothing)};
}

const Metric& metric_of(const Loss& loss) {
  return std::visit([](const auto& l) -> const Metric& { return l.kMetric; }, loss);
}

std::span<const Metric* const> known_metrics() { return known_metrics(std::type_identity<Loss>()); }

double as_accuracy(const Metric& metric, double value) {
  require(metric.name == kAccuracy.name,
          fmt::format("accuracy: the loss has another metric, {}", metric.title));
  return value;
}

}  // namespace lenet
