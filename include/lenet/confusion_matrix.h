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

  /// A class that is taken for another one.
  struct Confusion {
    std::int64_t label, predicted, count;
  };

  /// Means over classes in which a score that is nothing counts as 0, as in scikit-learn's
  /// classification_report(). NaN without examples.
  struct Averages {
    double precision, recall, f1;
  };

  std::int64_t classes() const { return classes_; }
  std::int64_t count(std::int64_t label, std::int64_t predicted) const;

  /// By (label, predicted): a count for each pair that occurs.
  const std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t>& counts() const {
    return counts_;
  }

  /// The examples of class k.
  std::int64_t support(std::int64_t k) const { return of_label_[static_cast<std::size_t>(k)]; }
  std::int64_t examples() const { return examples_; }
  std::int64_t right() const { return right_; }

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

  /// Over the classes that occur, as a label or predicted, all alike;
  Averages macro_average() const;
  /// and by their support.
  Averages weighted_average() const;

  /// The pairs of different classes that occur most, at most so many; of equals the first.
  std::vector<Confusion> most_confused(std::size_t most) const;

 private:
  template <class Weight>
  Averages averages(Weight weight) const;

  std::int64_t classes_, examples_ = 0, right_ = 0;
  std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> counts_;  ///< most pairs are rare
  std::vector<std::int64_t> of_label_, taken_for_;  ///< examples of each class
};

}  // namespace lenet
