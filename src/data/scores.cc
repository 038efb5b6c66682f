#include "lenet/scores.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <vector>

#include "base/require.h"

namespace lenet {
namespace {

void require_alike(FloatRows outputs, FloatRows targets, std::int64_t k = 0) {
  require(outputs.size() > 0 && outputs.size() == targets.size() &&
              outputs.width == targets.width && k >= 0 && k < outputs.width,
          fmt::format("scores: column {} of outputs of ({}, {}) and targets of ({}, {}), want as "
                      "many of both, at least one",
                      k, outputs.size(), outputs.width, targets.size(), targets.width));
}

double value(FloatRows rows, std::int64_t i, std::int64_t k) {
  return static_cast<double>(rows[i][static_cast<std::size_t>(k)]);
}

/// The sum over the examples of f(output, target).
template <class F>
double sum_of(FloatRows outputs, FloatRows targets, std::int64_t k, F f) {
  require_alike(outputs, targets, k);
  double sum = 0;
  for (std::int64_t i = 0; i < outputs.size(); ++i) {
    sum += f(value(outputs, i, k), value(targets, i, k));
  }
  return sum;
}

double mean_of(FloatRows rows, double sum) { return sum / static_cast<double>(rows.size()); }

double square(double x) { return x * x; }
constexpr double kZ = 1.959963984540054;  // 97.5 % of the normal distribution lie below

bool all_numbers(FloatRows rows, std::int64_t k) {
  for (std::int64_t i = 0; i < rows.size(); ++i) {
    if (std::isnan(value(rows, i, k))) return false;
  }
  return true;
}

bool is_there(double target) { return target >= 0.5; }
bool is_said(double output) { return output > 0; }

/// Examples with a label, of which it is said, and both.
struct LabelCounts {
  double there = 0, said = 0, both = 0;
};

LabelCounts label_counts(FloatRows outputs, FloatRows targets, std::int64_t k) {
  LabelCounts counts;
  sum_of(outputs, targets, k, [&](double y, double t) {
    counts.there += is_there(t);
    counts.said += is_said(y);
    counts.both += is_said(y) && is_there(t);
    return 0;
  });
  return counts;
}

std::optional<double> quotient(double part, double all) {
  return all > 0 ? std::optional(part / all) : std::nullopt;
}

}  // namespace

double top_k_accuracy_score(FloatRows outputs, std::span<const Label> labels, std::int64_t top) {
  require(outputs.size() > 0 && outputs.size() == std::ssize(labels) && top > 0,
          fmt::format("scores: the top {} of {} outputs, and {} labels, want as many, at least one",
                      top, outputs.size(), labels.size()));
  std::int64_t right = 0;
  for (std::int64_t i = 0; i < outputs.size(); ++i) {
    const std::size_t label = labels[static_cast<std::size_t>(i)];
    const std::span<const float> row = outputs[i];
    require(label < row.size(),
            fmt::format("scores: label {} at example {}, of {} outputs", label, i, row.size()));
    std::int64_t before = 0;
    for (std::size_t k = 0; k < row.size(); ++k) {
      before += !(row[k] < row[label]) && (row[k] != row[label] || k < label);
    }
    right += before < top;
  }
  return mean_of(outputs, static_cast<double>(right));
}

double mean_absolute_error(FloatRows outputs, FloatRows targets, std::int64_t k) {
  return mean_of(outputs,
                 sum_of(outputs, targets, k, [](double y, double t) { return std::abs(y - t); }));
}

double root_mean_squared_error(FloatRows outputs, FloatRows targets, std::int64_t k) {
  return std::sqrt(mean_of(
      outputs, sum_of(outputs, targets, k, [](double y, double t) { return square(y - t); })));
}

std::optional<double> r2_score(FloatRows outputs, FloatRows targets, std::int64_t k) {
  const double mean =
      mean_of(outputs, sum_of(outputs, targets, k, [](double, double t) { return t; }));
  const double spread =
      sum_of(outputs, targets, k, [=](double, double t) { return square(t - mean); });
  if (spread == 0) return {};
  return 1 - sum_of(outputs, targets, k, [](double y, double t) { return square(y - t); }) / spread;
}

ThresholdCurve threshold_curve(FloatRows outputs, FloatRows targets, std::int64_t k) {
  require_alike(outputs, targets, k);
  require(all_numbers(outputs, k), fmt::format("scores: output {} is not always a number", k));
  std::vector<std::int64_t> order(static_cast<std::size_t>(outputs.size()));
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, std::greater(), [&](std::int64_t i) { return value(outputs, i, k); });
  ThresholdCurve curve;
  for (const std::int64_t i : order) {
    (is_there(value(targets, i, k)) ? curve.all_there : curve.all_others) += 1;
    const double threshold = value(outputs, i, k);
    if (curve.thresholds.empty() || curve.thresholds.back() != threshold) {
      curve.thresholds.push_back(threshold);
      curve.there.push_back(0);
      curve.others.push_back(0);
    }
    curve.there.back() = curve.all_there;
    curve.others.back() = curve.all_others;
  }
  return curve;
}

/// By trapezoids below roc_curve(), which are exact where equal outputs share a point.
std::optional<double> roc_auc_score(FloatRows outputs, FloatRows targets, std::int64_t k) {
  require_alike(outputs, targets, k);
  if (!all_numbers(outputs, k)) return {};
  const ThresholdCurve curve = threshold_curve(outputs, targets, k);
  if (curve.all_there == 0 || curve.all_others == 0) return {};
  double area = 0, there = 0, others = 0;
  for (std::size_t i = 0; i < curve.thresholds.size(); ++i) {
    const auto y = static_cast<double>(curve.there[i]), x = static_cast<double>(curve.others[i]);
    area += (x - others) * (y + there) / 2;
    there = y;
    others = x;
  }
  return area / (there * others);
}

std::optional<double> average_precision_score(FloatRows outputs, FloatRows targets,
                                              std::int64_t k) {
  require_alike(outputs, targets, k);
  if (!all_numbers(outputs, k)) return {};
  const ThresholdCurve curve = threshold_curve(outputs, targets, k);
  if (curve.all_there == 0) return {};
  double sum = 0, there = 0;
  for (std::size_t i = 0; i < curve.thresholds.size(); ++i) {
    const auto y = static_cast<double>(curve.there[i]), x = static_cast<double>(curve.others[i]);
    sum += (y - there) * y / (y + x);
    there = y;
  }
  return sum / there;
}

std::optional<double> precision_score(FloatRows outputs, FloatRows targets, std::int64_t k) {
  const LabelCounts counts = label_counts(outputs, targets, k);
  return quotient(counts.both, counts.said);
}

std::optional<double> recall_score(FloatRows outputs, FloatRows targets, std::int64_t k) {
  const LabelCounts counts = label_counts(outputs, targets, k);
  return quotient(counts.both, counts.there);
}

std::optional<double> f1_score(FloatRows outputs, FloatRows targets, std::int64_t k) {
  const LabelCounts counts = label_counts(outputs, targets, k);
  return quotient(2 * counts.both, counts.said + counts.there);
}

double label_accuracy(FloatRows outputs, FloatRows targets) {
  double right = 0;
  for (std::int64_t k = 0; k < outputs.width; ++k) {
    right +=
        sum_of(outputs, targets, k, [](double y, double t) { return is_said(y) == is_there(t); });
  }
  return mean_of(outputs, right) / static_cast<double>(outputs.width);
}

double exact_match(FloatRows outputs, FloatRows targets) {
  require_alike(outputs, targets);
  double right = 0;
  for (std::int64_t i = 0; i < outputs.size(); ++i) {
    right += std::ranges::equal(outputs[i], targets[i], [](float y, float t) {
      return is_said(static_cast<double>(y)) == is_there(static_cast<double>(t));
    });
  }
  return mean_of(outputs, right);
}

Interval confidence_interval(std::int64_t count, std::int64_t all) {
  if (all == 0) return {0, 1};
  const auto n = static_cast<double>(all), p = static_cast<double>(count) / n;
  const double middle = p + kZ * kZ / (2 * n);
  const double half = kZ * std::sqrt(p * (1 - p) / n + kZ * kZ / (4 * n * n));
  const double whole = 1 + kZ * kZ / n;
  return {std::max(0.0, (middle - half) / whole), std::min(1.0, (middle + half) / whole)};
}

Interval confidence_interval(std::span<const double> values) {
  const auto n = static_cast<double>(values.size());
  double sum = 0, squares = 0;
  for (const double v : values) sum += v;
  const double mean = sum / n;
  for (const double v : values) squares += square(v - mean);
  const double half = values.size() < 2 ? 0 : kZ * std::sqrt(squares / (n - 1) / n);
  return {mean - half, mean + half};
}

}  // namespace lenet
