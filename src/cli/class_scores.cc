#include "cli/class_scores.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/require.h"
#include "base/text.h"
#include "lenet/animator.h"
#include "plot/text.h"
#include "run/json_document.h"

namespace lenet::cli {
namespace {

using Json = nlohmann::ordered_json;

/// As a terminal can show it.
std::string name_of(const ClassScores& scores, std::int64_t k) {
  return printable(output_name(scores.names, k, true));
}

Json averages_document(const ConfusionMatrix::Averages& averages) {
  return {{"precision", averages.precision}, {"recall", averages.recall}, {"f1", averages.f1}};
}

std::string text_of(const std::optional<double>& score) {
  return score ? fmt::format("{:.3f}", *score) : "-";
}

std::size_t columns_of(const std::string& name) {
  return static_cast<std::size_t>(terminal_width(name));
}

std::size_t width_of_names(const ClassScores& scores) {
  std::size_t width = 12;
  for (std::int64_t k = 0; k < scores.confusion.classes(); ++k) {
    width = std::max(width, columns_of(name_of(scores, k)));
  }
  return width;
}

/// The points of the two curves, as scikit-learn names them.
Json curves_of(const ThresholdCurve& curve) {
  Json false_rate = Json::array(), recall = Json::array(), precision = Json::array();
  for (std::size_t i = 0; i < curve.thresholds.size(); ++i) {
    false_rate.push_back(curve.false_positive_rate(i));
    recall.push_back(curve.recall(i));
    precision.push_back(curve.precision(i));
  }
  return {{"threshold", curve.thresholds},
          {"false_positive_rate", false_rate},
          {"recall", recall},
          {"precision", precision}};
}

Json coverage_document(const Coverage& c) {
  const Interval interval = confidence_interval(c.right, c.covered);
  Json accuracy =
      c.covered > 0 ? Json(static_cast<double>(c.right) / static_cast<double>(c.covered)) : Json();
  return {{"threshold", c.threshold},
          {"coverage", static_cast<double>(c.covered) / static_cast<double>(c.all)},
          {"accuracy", accuracy},
          {"accuracy_interval", {interval.low, interval.high}}};
}

void print(const Coverage& c) {
  const auto all = static_cast<double>(c.all), covered = static_cast<double>(c.covered);
  fmt::print("from {} on: {:.1f} % of the images, ", c.threshold, 100 * covered / all);
  if (c.covered > 0) {
    fmt::print("accuracy {:.4f} ± {:.4f}; ", static_cast<double>(c.right) / covered,
               confidence_interval(c.right, c.covered).half());
  }
  fmt::print("none of these: {:.1f} %\n", 100 * (all - covered) / all);
}

void print_pairs(const ClassScores& scores) {
  constexpr std::size_t kShown = 5;
  std::vector<std::string> pairs;
  for (const auto& [label, predicted, count] : scores.confusion.most_confused(kShown)) {
    pairs.push_back(
        fmt::format("{} for {} {}", name_of(scores, label), name_of(scores, predicted), count));
  }
  if (!pairs.empty()) fmt::print("most confused: {}\n", fmt::join(pairs, ", "));
}

}  // namespace

std::optional<TwoClasses> two_classes(const JudgedImages& judged) {
  std::vector<float> margin, second;
  for (std::int64_t i = 0; i < judged.images.size(); ++i) {
    const std::span<const float> y = judged.outputs[i];
    margin.push_back(y[1] - y[0]);
    if (!std::isfinite(margin.back())) return {};
    second.push_back(judged.images.label(i));
  }
  const FloatRows outputs(margin, 1), targets(second, 1);
  return TwoClasses{.curve = threshold_curve(outputs, targets, 0),
                    .roc_auc = roc_auc_score(outputs, targets, 0),
                    .average_precision = average_precision_score(outputs, targets, 0)};
}

std::string curves_svg(const TwoClasses& two) {
  require(two.roc_auc.has_value(), "--curves: all images are of one class");
  const auto label = [](const char* name, const std::optional<double>& area) {
    return fmt::format("{}, area {}", name, text_of(area));
  };
  Animator figure({.xlabel = "false positive rate (ROC), recall (PR)",
                   .ylabel = "recall (ROC), precision (PR)",
                   .xlim = AxisLimits{0, 1},
                   .ylim = AxisLimits{0, 1},
                   .series = {{label("ROC", two.roc_auc), 0x1f77b4, LineStyle::kSolid},
                              {label("PR", two.average_precision), 0xbf00bf, LineStyle::kDashed}},
                   .width = 5,
                   .height = 4});
  const ThresholdCurve& curve = two.curve;
  figure.add(0, {0, std::nullopt});
  for (std::size_t i = 0; i < curve.thresholds.size(); ++i) {
    figure.add(curve.false_positive_rate(i), {curve.recall(i), std::nullopt});
    figure.add(curve.recall(i), {std::nullopt, curve.precision(i)});
  }
  return figure.svg();
}

void add_scores(const ClassScores& scores, Json& document) {
  const ConfusionMatrix& confusion = scores.confusion;
  Json accuracies = Json::array(), classes = Json::array(), counts = Json::array();
  for (std::int64_t k = 0; k < confusion.classes(); ++k) {
    accuracies.push_back(json_of(confusion.recall(k)));
    classes.push_back({{"class", output_name(scores.names, k, true)},
                       {"precision", json_of(confusion.precision(k))},
                       {"recall", json_of(confusion.recall(k))},
                       {"f1", json_of(confusion.f1(k))},
                       {"support", confusion.support(k)}});
  }
  for (const auto& [pair, count] : confusion.counts()) {
    counts.push_back({pair.first, pair.second, count});
  }
  document["per_class_accuracy"] = accuracies;
  document["classes"] = classes;
  document["macro_average"] = averages_document(confusion.macro_average());
  document["weighted_average"] = averages_document(confusion.weighted_average());
  document["balanced_accuracy"] = confusion.balanced_accuracy();
  document["macro_f1"] = confusion.macro_f1();
  if (scores.top5) document["top5_accuracy"] = *scores.top5;
  document["confusion"] = counts;
  if (scores.coverage) document["threshold"] = coverage_document(*scores.coverage);
  if (!scores.two_classes) return;
  document["roc_auc"] = json_of(scores.two_classes->roc_auc);
  document["average_precision"] = json_of(scores.two_classes->average_precision);
  document["curves"] = curves_of(scores.two_classes->curve);
}

void print_scores(const ClassScores& scores) {
  const ConfusionMatrix& confusion = scores.confusion;
  fmt::print("balanced accuracy {:.4f}, macro F1 {:.4f}", confusion.balanced_accuracy(),
             confusion.macro_f1());
  if (scores.top5) fmt::print(", top-5 {:.4f}", *scores.top5);
  if (scores.two_classes) {
    fmt::print(", ROC AUC {}, PR AUC {}", text_of(scores.two_classes->roc_auc),
               text_of(scores.two_classes->average_precision));
  }
  fmt::print("\n");
  if (scores.coverage) print(*scores.coverage);
  print_pairs(scores);
  const std::size_t width = width_of_names(scores);
  const auto line = [&](const std::string& name, const auto&... cells) {
    fmt::print("  {:<{}}", name, width);
    (fmt::print("  {:>9}", cells), ...);
    fmt::print("\n");
  };
  line("", "precision", "recall", "F1", "support");
  for (std::int64_t k = 0; k < confusion.classes(); ++k) {
    line(name_of(scores, k), text_of(confusion.precision(k)), text_of(confusion.recall(k)),
         text_of(confusion.f1(k)), confusion.support(k));
  }
  const auto average = [&](const char* name, const ConfusionMatrix::Averages& a) {
    line(name, text_of(a.precision), text_of(a.recall), text_of(a.f1), confusion.examples());
  };
  average("macro avg", confusion.macro_average());
  average("weighted avg", confusion.weighted_average());
}

void print_confusion(const ClassScores& scores) {
  const std::int64_t classes = scores.confusion.classes();
  std::size_t cell = 4;
  for (const auto& [pair, count] : scores.confusion.counts()) {
    cell = std::max(cell, fmt::format("{}", count).size());
  }
  const std::size_t width = width_of_names(scores);
  fmt::print("\na row a class, a column what it was taken for\n  {:{}}    ", "", width);
  for (std::int64_t k = 0; k < classes; ++k) fmt::print("  {:>{}}", k, cell);
  fmt::print("\n");
  for (std::int64_t k = 0; k < classes; ++k) {
    fmt::print("  {:<{}} {:>3}", name_of(scores, k), width, k);
    for (std::int64_t p = 0; p < classes; ++p) {
      const std::int64_t count = scores.confusion.count(k, p);
      fmt::print("  {:>{}}", count == 0 ? "." : fmt::format("{}", count), cell);
    }
    fmt::print("\n");
  }
}

}  // namespace lenet::cli
