// How right a classifier is, printed as scikit-learn's classification_report() is, and as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "lenet/confusion_matrix.h"
#include "lenet/scores.h"
#include "run/judged_images.h"

namespace lenet::cli {

/// What tells two classes apart: the second against the first.
struct TwoClasses {
  ThresholdCurve curve;  ///< of the second one's output less the first one's
  std::optional<double> roc_auc, average_precision;
};

struct ClassScores {
  ConfusionMatrix confusion;        ///< of the outputs
  std::vector<std::string> names;   ///< of the outputs, where known
  std::optional<double> top5 = {};  ///< of more than five classes
  std::optional<TwoClasses> two_classes = {};
  std::optional<Coverage> coverage = {};
};

/// Nothing where an output is not finite.
std::optional<TwoClasses> two_classes(const JudgedImages& judged);

/// The ROC and the precision-recall curve, as an SVG. Throws Error (kUsage) where a class has no
/// image.
std::string curves_svg(const TwoClasses& two);

void add_scores(const ClassScores& scores, nlohmann::ordered_json& document);
void print_scores(const ClassScores& scores);

/// The most classes that a matrix is printed of.
inline constexpr std::int64_t kMostShownClasses = 100;

/// The counts, a row a class.
void print_confusion(const ClassScores& scores);

}  // namespace lenet::cli
