// What outputs are worth beside their loss: the scores of scikit-learn, under its names.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "lenet/export.h"
#include "lenet/label.h"
#include "lenet/targets.h"

namespace LENET_PUBLIC lenet {

// outputs: a network's, a row an example. All throw Error (kUsage) unless labels or targets are of
// as many examples, targets of as many columns, and there is one of each at least.

/// The share of examples whose label is among the `top` largest outputs; of equal ones the first
/// counts first.
double top_k_accuracy_score(FloatRows outputs, std::span<const Label> labels, std::int64_t top);

// Of numbers: column k of outputs and targets.
double mean_absolute_error(FloatRows outputs, FloatRows targets, std::int64_t k);
double root_mean_squared_error(FloatRows outputs, FloatRows targets, std::int64_t k);

/// 1 - the squared errors over the squared distances of the targets from their mean; nothing where
/// all targets are the same.
std::optional<double> r2_score(FloatRows outputs, FloatRows targets, std::int64_t k);

// Of labels, which are there where a target is 0.5 or more, and said to be where an output is above
// 0, as binary cross-entropy takes it.

/// The chance that an example with the label has a larger output than one without; half of it where
/// they have the same. Nothing where all have it, or none, or an output is not a number.
std::optional<double> roc_auc_score(FloatRows outputs, FloatRows targets, std::int64_t k);

/// The mean over the examples with the label, of the share that have it among all whose output is
/// as large or larger: the area below precision_recall_curve(). Nothing where none has it, or an
/// output is not a number.
std::optional<double> average_precision_score(FloatRows outputs, FloatRows targets, std::int64_t k);

/// How an output is judged by the examples above each threshold: one point for each output that
/// occurs, the largest first.
struct ThresholdCurve {
  std::vector<double> thresholds;
  std::vector<std::int64_t> there, others;  ///< at or above it, with the label and without
  std::int64_t all_there = 0, all_others = 0;

  // At threshold i; NaN where it would be 0 / 0.
  double false_positive_rate(std::size_t i) const { return share(others[i], all_others); }
  double recall(std::size_t i) const { return share(there[i], all_there); }
  double precision(std::size_t i) const { return share(there[i], there[i] + others[i]); }

 private:
  static double share(std::int64_t part, std::int64_t all) {
    return static_cast<double>(part) / static_cast<double>(all);
  }
};

/// Throws Error (kUsage) also for an output that is not a number. What scikit-learn's roc_curve
/// (false positive rate, recall) and precision_recall_curve (recall, precision) draw.
ThresholdCurve threshold_curve(FloatRows outputs, FloatRows targets, std::int64_t k);

/// The harmonic mean of precision and recall; nothing where the label is never there and never
/// said.
std::optional<double> f1_score(FloatRows outputs, FloatRows targets, std::int64_t k);

/// Of the examples said to have the label, the share that has it; of those that have it, the share
/// said to. Nothing where it would be 0 / 0.
std::optional<double> precision_score(FloatRows outputs, FloatRows targets, std::int64_t k);
std::optional<double> recall_score(FloatRows outputs, FloatRows targets, std::int64_t k);

/// The share of labels that are right, and of examples of which all are.
double label_accuracy(FloatRows outputs, FloatRows targets);
double exact_match(FloatRows outputs, FloatRows targets);

struct Interval {
  double low, high;

  double half() const { return (high - low) / 2; }
};

/// Where the share lies of which `count` of `all` were found, in 95 of 100 cases (Wilson 1927). [0,
/// 1] of none.
Interval confidence_interval(std::int64_t count, std::int64_t all);

/// The same of a mean of values, one an example: 1.96 of its standard errors to both sides. The
/// mean itself of less than two.
Interval confidence_interval(std::span<const double> values);

}  // namespace lenet
