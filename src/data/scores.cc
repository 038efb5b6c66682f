#include "lenet/scores.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
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
bool is_there(double target) { return target >= 0.5; }
bool is_said(double output) { return output > 0; }

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
      before += row[k] > row[label] || (row[k] == row[label] && k < label);
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

/// By the ranks of the outputs, of which equal ones share their mean: Mann and Whitney's U.
std::optional<double> roc_auc_score(FloatRows outputs, FloatRows targets, std::int64_t k) {
  require_alike(outputs, targets, k);
  std::vector<std::int64_t> order(static_cast<std::size_t>(outputs.size()));
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, {}, [&](std::int64_t i) { return value(outputs, i, k); });
  double ranks = 0, there = 0;
  for (auto first = order.begin(); first != order.end();) {
    const auto last = std::find_if(first, order.end(), [&](std::int64_t i) {
      return value(outputs, i, k) != value(outputs, *first, k);
    });
    const auto count = static_cast<double>(
        std::count_if(first, last, [&](std::int64_t i) { return is_there(value(targets, i, k)); }));
    const auto rank = static_cast<double>((first - order.begin()) + (last - order.begin()) + 1) / 2;
    ranks += count * rank;
    there += count;
    first = last;
  }
  const double others = static_cast<double>(outputs.size()) - there;
  if (there == 0 || others == 0) return {};
  return (ranks - there * (there + 1) / 2) / (there * others);
}

std::optional<double> f1_score(FloatRows outputs, FloatRows targets, std::int64_t k) {
  const double both =
      sum_of(outputs, targets, k, [](double y, double t) { return is_said(y) && is_there(t); });
  const double all =
      sum_of(outputs, targets, k, [](double y, double t) { return is_said(y) + is_there(t); });
  if (all == 0) return {};
  return 2 * both / all;
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

}  // namespace lenet
