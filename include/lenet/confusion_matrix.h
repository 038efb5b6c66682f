// How right a classifier is, class by class.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "lenet/export.h"
#include "lenet/label.h"

namespace LENET_PUBLIC lenet {

/// How many examples of each class were taken for each class. A score of a class is nothing where
/// it would be 0 / 0.
class ConfusionMatrix {
 public:
  /// labels, predicted: of the same examples, 0 to classes - 1. Throws Error (kUsage) otherwise.
  ConfusionMatrix(std::span<const Label> labels, std::span<const std::int32_t> predicted,
                  std::int64_t classes);

  std::int64_t classes() const { return classes_; }
  std::int64_t count(std::int64_t label, std::int64_t predicted) const;

  /// By (label, predicted): a count for each pair that occurs.
  const std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t>& counts() const {
    return counts_;
  }

  /// Of the examples of class k, the share taken for it: its accuracy.
  std::optional<double> recall(std::int64_t k) const;
  /// Of the examples taken for class k, the share that is of it.
  std::optional<double> precision(std::int64_t k) const;
  /// The harmonic mean of the two.
  std::optional<double> f1(std::int64_t k) const;

  /// The mean recall, and the mean F1, of the classes that have one: scikit-learn's
  /// balanced_accuracy_score() and f1_score(average="macro"). NaN without examples.
  double balanced_accuracy() const;
  double macro_f1() const;

 private:
  std::int64_t classes_;
  std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> counts_;  ///< most pairs are rare
  std::vector<std::int64_t> of_label_, taken_for_;  ///< examples of each class
};

}  // namespace lenet
