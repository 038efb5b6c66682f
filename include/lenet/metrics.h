// What a step or an evaluation says of its examples.
#pragma once

#include <cstdint>
#include <string_view>

#include "lenet/export.h"

namespace LENET_PUBLIC lenet {

/// What a loss reports beside itself, as a mean over examples; a run is judged by it.
struct Metric {
  std::string_view name;   ///< as in "test acc" and test_acc
  std::string_view title;  ///< as in "accuracy 0.9", and the key of lenet eval --json
  bool larger_is_better;
};

/// The share of examples classified right: of cross-entropy.
inline constexpr Metric kAccuracy = {"acc", "accuracy", true};

/// The share of labels that are right, where an output above 0 says that its label is there: of
/// binary cross-entropy.
inline constexpr Metric kLabelAccuracy = {"label_acc", "label accuracy", true};

/// Of mean squared error and L1.
inline constexpr Metric kMeanAbsoluteError = {"mae", "mae", false};

/// `value`, which is one of `metric`. Throws Error (kUsage) unless that is the accuracy.
double as_accuracy(const Metric& metric, double value);

/// Whether a is better than b.
constexpr bool better(const Metric& metric, double a, double b) {
  return metric.larger_is_better ? a > b : a < b;
}

/// Sums over the examples of a step or an evaluation.
struct Metrics {
  double loss_sum = 0;    ///< cross-entropy: natural logarithm
  double metric_sum = 0;  ///< accuracy: examples classified right
  std::int64_t examples = 0;
  const Metric* metric = &kAccuracy;  ///< of the loss; what lasts as long as the program

  double loss() const { return loss_sum / static_cast<double>(examples); }
  double metric_mean() const { return metric_sum / static_cast<double>(examples); }
  double accuracy() const { return as_accuracy(*metric, metric_mean()); }

  Metrics& operator+=(const Metrics& other) {
    loss_sum += other.loss_sum;
    metric_sum += other.metric_sum;
    examples += other.examples;
    if (other.examples > 0) metric = other.metric;
    return *this;
  }
};

}  // namespace lenet
