#include "cli/row_scores.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/text.h"
#include "lenet/scores.h"
#include "run/json_document.h"
#include "run/output_name.h"

namespace lenet::cli {
namespace {

using Json = nlohmann::ordered_json;

/// A score of one column.
struct ColumnScore {
  const char *key, *title;
  std::optional<double> (*of)(FloatRows outputs, FloatRows targets, std::int64_t k);
};

constexpr ColumnScore kOfNumbers[] = {
    {"mae", "MAE",
     [](FloatRows y, FloatRows t, std::int64_t k) -> std::optional<double> {
       return mean_absolute_error(y, t, k);
     }},
    {"rmse", "RMSE",
     [](FloatRows y, FloatRows t, std::int64_t k) -> std::optional<double> {
       return root_mean_squared_error(y, t, k);
     }},
    {"r2", "R2", r2_score},
};
constexpr ColumnScore kOfLabels[] = {{"precision", "precision", precision_score},
                                     {"recall", "recall", recall_score},
                                     {"f1", "F1", f1_score},
                                     {"roc_auc", "ROC AUC", roc_auc_score},
                                     {"average_precision", "PR AUC", average_precision_score}};

/// None for the cross-entropy of probabilities.
std::span<const ColumnScore> scores_of(LossFunction loss) {
  switch (loss) {
    case LossFunction::kCrossEntropy:
      return {};
    case LossFunction::kBce:
      return kOfLabels;
    case LossFunction::kMse:
    case LossFunction::kL1:
      return kOfNumbers;
  }
  return {};
}

std::vector<std::optional<double>> columns_of(const ColumnScore& score, const ScoredRows& rows) {
  std::vector<std::optional<double>> columns;
  for (std::int64_t k = 0; k < rows.outputs.width; ++k) {
    columns.push_back(score.of(rows.outputs, rows.targets, k));
  }
  return columns;
}

/// Of the columns that have one.
std::optional<double> mean_of(const std::vector<std::optional<double>>& columns) {
  double sum = 0, count = 0;
  for (const std::optional<double>& column : columns) {
    sum += column.value_or(0);
    count += column.has_value();
  }
  return count > 0 ? std::optional(sum / count) : std::nullopt;
}

std::string text_of(const std::optional<double>& score) {
  if (!score) return "-";
  return std::abs(*score) < 1e4 ? fmt::format("{:.4f}", *score) : fmt::format("{:.3g}", *score);
}

}  // namespace

void add_scores(const ScoredRows& rows, Json& document) {
  if (rows.loss == LossFunction::kBce) {
    document["exact_match"] = exact_match(rows.outputs, rows.targets);
  }
  for (const ColumnScore& score : scores_of(rows.loss)) {
    const auto columns = columns_of(score, rows);
    document[fmt::format("mean_{}", score.key)] = json_of(mean_of(columns));
    Json& all = document[score.key] = Json::array();
    for (const std::optional<double>& column : columns) all.push_back(json_of(column));
  }
}

void print_scores(const ScoredRows& rows) {
  constexpr std::int64_t kShown = 100;
  const auto name = [&](std::int64_t k) { return printable(output_name(rows.names, k, false)); };
  const std::int64_t shown = std::min(rows.outputs.width, kShown);
  std::size_t width = 12;
  for (std::int64_t k = 0; k < shown; ++k) width = std::max(width, name(k).size());
  std::string head = fmt::format("  {:{}}", "", width),
              mean = fmt::format("  {:{}}", "mean", width);
  std::vector<std::string> lines;
  for (std::int64_t k = 0; k < shown; ++k) lines.push_back(fmt::format("  {:{}}", name(k), width));
  for (const ColumnScore& score : scores_of(rows.loss)) {
    const auto columns = columns_of(score, rows);
    head += fmt::format("  {:>9}", score.title);
    mean += fmt::format("  {:>9}", text_of(mean_of(columns)));
    for (std::size_t k = 0; k < lines.size(); ++k) {
      lines[k] += fmt::format("  {:>9}", text_of(columns[k]));
    }
  }
  if (rows.loss == LossFunction::kBce) {
    fmt::print("exact match {:.4f}\n", exact_match(rows.outputs, rows.targets));
  }
  if (scores_of(rows.loss).empty()) return;
  fmt::print("{}\n{}\n", head, mean);
  for (const std::string& line : lines) fmt::print("{}\n", line);
  if (shown < rows.outputs.width) fmt::print("  and {} more\n", rows.outputs.width - shown);
}

}  // namespace lenet::cli
