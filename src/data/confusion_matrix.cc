#include "lenet/confusion_matrix.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/require.h"
#include "lenet/error.h"

namespace lenet {
namespace {

std::optional<double> share(std::int64_t part, std::int64_t all) {
  if (all == 0) return {};
  return static_cast<double>(part) / static_cast<double>(all);
}

/// Of the classes that have a score.
template <class Score>
double mean_of_classes(std::int64_t classes, Score score) {
  double sum = 0;
  std::int64_t count = 0;
  for (std::int64_t k = 0; k < classes; ++k) {
    const std::optional<double> of_class = score(k);
    sum += of_class.value_or(0);
    count += of_class.has_value();
  }
  return count > 0 ? sum / static_cast<double>(count) : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

ConfusionMatrix::ConfusionMatrix(std::span<const Label> labels,
                                 std::span<const std::int32_t> predicted, std::int64_t classes)
    : classes_(classes) {
  require(classes > 0 && classes <= kMostClasses,
          fmt::format("confusion matrix: {} classes, want 1 to {}", classes, kMostClasses));
  require(labels.size() == predicted.size(),
          fmt::format("confusion matrix: {} labels and {} predictions, want as many", labels.size(),
                      predicted.size()));
  const auto size = static_cast<std::size_t>(classes);
  of_label_.resize(size);
  taken_for_.resize(size);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const std::int64_t label = labels[i], taken = predicted[i];
    if (label >= classes || taken < 0 || taken >= classes) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("confusion matrix: example {} of class {} was taken for {}, want "
                              "classes below {}",
                              i, label, taken, classes));
    }
    ++counts_[{label, taken}];
    ++examples_;
    right_ += label == taken;
    ++of_label_[static_cast<std::size_t>(label)];
    ++taken_for_[static_cast<std::size_t>(taken)];
  }
}

std::int64_t ConfusionMatrix::count(std::int64_t label, std::int64_t predicted) const {
  const auto found = counts_.find({label, predicted});
  return found == counts_.end() ? 0 : found->second;
}

std::optional<double> ConfusionMatrix::recall(std::int64_t k) const {
  return share(count(k, k), of_label_[static_cast<std::size_t>(k)]);
}

std::optional<double> ConfusionMatrix::precision(std::int64_t k) const {
  return share(count(k, k), taken_for_[static_cast<std::size_t>(k)]);
}

std::optional<double> ConfusionMatrix::f1(std::int64_t k) const {
  const auto i = static_cast<std::size_t>(k);
  return share(2 * count(k, k), of_label_[i] + taken_for_[i]);
}

double ConfusionMatrix::balanced_accuracy() const {
  return mean_of_classes(classes_, [&](std::int64_t k) { return recall(k); });
}

double ConfusionMatrix::macro_f1() const {
  return mean_of_classes(classes_, [&](std::int64_t k) { return f1(k); });
}

/// weight: of class k.
template <class Weight>
ConfusionMatrix::Averages ConfusionMatrix::averages(Weight weight) const {
  Averages sums = {};
  double weights = 0;
  for (std::int64_t k = 0; k < classes_; ++k) {
    const double w = weight(k);
    sums.precision += w * precision(k).value_or(0);
    sums.recall += w * recall(k).value_or(0);
    sums.f1 += w * f1(k).value_or(0);
    weights += w;
  }
  return {sums.precision / weights, sums.recall / weights, sums.f1 / weights};
}

ConfusionMatrix::Averages ConfusionMatrix::macro_average() const {
  return averages([&](std::int64_t k) { return f1(k) ? 1.0 : 0.0; });
}

ConfusionMatrix::Averages ConfusionMatrix::weighted_average() const {
  return averages([&](std::int64_t k) { return static_cast<double>(support(k)); });
}

std::vector<ConfusionMatrix::Confusion> ConfusionMatrix::most_confused(std::size_t most) const {
  std::vector<Confusion> pairs;
  for (const auto& [pair, count] : counts_) {
    if (pair.first != pair.second) pairs.push_back({pair.first, pair.second, count});
  }
  std::ranges::stable_sort(pairs, std::ranges::greater(), &Confusion::count);
  pairs.resize(std::min(pairs.size(), most));
  return pairs;
}

}  // namespace lenet
