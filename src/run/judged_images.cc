#include "run/judged_images.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/loss_formula.h"
#include "base/require.h"
#include "lenet/error.h"

namespace lenet {
namespace {

std::vector<double> outputs_of(const JudgedImages& judged, std::int64_t i) {
  const std::span<const float> row = judged.outputs[i];
  if (!std::ranges::all_of(row, [](float x) { return std::isfinite(x); })) {
    throw Error(ErrorKind::kBadInput,
                fmt::format("the outputs for image {} are not finite; the model's weights are too "
                            "large",
                            i));
  }
  return {row.begin(), row.end()};
}

/// ln of the sum of e^x.
double log_sum_exp(const std::vector<double>& x) {
  const double largest = *std::ranges::max_element(x);
  return largest + std::log(std::accumulate(x.begin(), x.end(), 0.0, [&](double sum, double value) {
           return sum + std::exp(value - largest);
         }));
}

/// Of a row of outputs and its targets.
double loss_of_row(LossFunction loss, const std::vector<double>& x, std::span<const float> t) {
  const double log_sum = log_sum_exp(x);
  double sum = 0;
  for (std::size_t k = 0; k < x.size(); ++k) {
    const auto target = static_cast<double>(t[k]);
    switch (loss) {
      case LossFunction::kCrossEntropy:
        sum += target * (log_sum - x[k]);
        break;
      case LossFunction::kBce:
        sum += formula::BinaryCrossEntropy<double>::value(x[k], target);
        break;
      case LossFunction::kMse:
        sum += formula::SquaredError<double>::value(x[k], target);
        break;
      case LossFunction::kL1:
        sum += formula::AbsoluteError<double>::value(x[k], target);
        break;
    }
  }
  const bool mean = loss != LossFunction::kCrossEntropy;
  return mean ? sum / static_cast<double>(x.size()) : sum;
}

/// The metric of that loss for one row.
double metric_of_row(LossFunction loss, std::span<const float> x, std::span<const float> t) {
  const auto mean = [&](auto score) {
    double sum = 0;
    for (std::size_t k = 0; k < x.size(); ++k) {
      sum += score(static_cast<double>(x[k]), static_cast<double>(t[k]));
    }
    return sum / static_cast<double>(x.size());
  };
  switch (loss) {
    case LossFunction::kCrossEntropy:
      return std::ranges::max_element(x) - x.begin() == std::ranges::max_element(t) - t.begin();
    case LossFunction::kBce:
      return mean(formula::BinaryCrossEntropy<double>::score);
    case LossFunction::kMse:
    case LossFunction::kL1:
      return mean(formula::AbsoluteError<double>::score);
  }
  unknown("loss");
}

}  // namespace

std::vector<double> said_of(const JudgedImages& judged, std::int64_t i) {
  std::vector<double> values = outputs_of(judged, i);
  if (judged.loss == LossFunction::kCrossEntropy) {
    const double log_sum = log_sum_exp(values);
    for (double& x : values) x = std::exp(x - log_sum);
  }
  if (judged.loss == LossFunction::kBce) {
    for (double& x : values) x = sigmoid(x);
  }
  return values;
}

Answer answer_of(const JudgedImages& judged, std::int64_t i) {
  Answer answer = {.all = said_of(judged, i)};
  const auto likeliest = std::ranges::max_element(answer.all);
  answer.predicted = likeliest - answer.all.begin();
  answer.probability = *likeliest;
  return answer;
}

Coverage coverage_of(const JudgedImages& judged, double threshold) {
  Coverage coverage = {.threshold = threshold, .all = judged.images.size()};
  for (std::int64_t i = 0; i < judged.images.size(); ++i) {
    const Answer answer = answer_of(judged, i);
    if (answer.probability < threshold) continue;
    ++coverage.covered;
    coverage.right += answer.predicted == judged.images.label(i);
  }
  return coverage;
}

double loss_of(const JudgedImages& judged, std::int64_t i) {
  const std::vector<double> x = outputs_of(judged, i);
  if (!judged.images.has_classes()) return loss_of_row(judged.loss, x, judged.images.rows()[i]);
  return log_sum_exp(x) - x[judged.images.label(i)];
}

std::optional<Interval> metric_interval(const JudgedImages& judged) {
  const auto finite = [](float x) { return std::isfinite(x); };
  if (!std::ranges::all_of(judged.outputs.values, finite)) return {};
  std::vector<double> values;
  for (std::int64_t i = 0; i < judged.images.size(); ++i) {
    values.push_back(metric_of_row(judged.loss, judged.outputs[i], judged.images.rows()[i]));
  }
  return confidence_interval(values);
}

std::vector<std::int64_t> worst_mistakes(const JudgedImages& judged, std::int64_t most) {
  std::vector<std::pair<double, std::int64_t>> losses;
  for (std::int64_t i = 0; i < judged.images.size(); ++i) {
    if (judged.images.has_classes() && answer_of(judged, i).predicted == judged.images.label(i)) {
      continue;
    }
    losses.emplace_back(-loss_of(judged, i), i);  // of equal ones the first image
  }
  const std::int64_t count = std::min<std::int64_t>(most, std::ssize(losses));
  std::ranges::partial_sort(losses, losses.begin() + count);
  std::vector<std::int64_t> worst;
  for (std::int64_t i = 0; i < count; ++i) {
    worst.push_back(losses[static_cast<std::size_t>(i)].second);
  }
  return worst;
}

}  // namespace lenet
