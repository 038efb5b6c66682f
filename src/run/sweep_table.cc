#include "run/sweep_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/require.h"
#include "run/compare.h"
#include "run/csv_cell.h"
#include "run/metric_keys.h"

namespace lenet {
namespace {

using Json = nlohmann::ordered_json;

/// All runs are of the same data, and so of the same loss.
const Metric& common_metric(const SweepResults& results) {
  for (const auto& [run, result] : results) {
    if (result.contains("error")) continue;
    return metric_of(result, "test");
  }
  return kAccuracy;
}

/// Columns of the table.
std::vector<std::string> figures_of(const SweepResults& results) {
  std::vector<std::string> names = {"loss"};
  for (const std::string_view set : kReportedSets) {
    names.push_back(metric_key(set, common_metric(results)));
  }
  return names;
}

/// Where a result keeps the metric of each epoch: "test_accs".
std::string curve_key(const SweepResults& results) {
  return metric_key("test", common_metric(results)) + 's';
}

/// "lr=0.1 momentum=0.9": what the sweep gave the run.
std::string options_but_seed(const Json& result) {
  std::vector<std::string> parts;
  for (const auto& [name, value] : result.at("options").items()) {
    if (name != "seed") parts.push_back(name + "=" + value.get<std::string>());
  }
  return fmt::format("{}", fmt::join(parts, " "));
}

}  // namespace

std::string usual_metric(const SweepResults& results) {
  return metric_key("test", common_metric(results));
}

double Group::mean() const { return mean_of(values); }
double Group::deviation() const { return deviation_of(values); }

const std::vector<std::string>& sweep_figures() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all = {"loss"};  // the data of files has classes
    for (const std::string_view set : kReportedSets) all.push_back(metric_key(set, kAccuracy));
    return all;
  }();
  return names;
}

std::string sweep_csv(const SweepResults& results) {
  const std::vector<std::string> figures = figures_of(results);
  std::vector<std::string> header = {"run"};
  for (const auto& [name, value] : results.begin()->second["options"].items()) {
    header.push_back(name);
  }
  header.insert(header.end(), figures.begin(), figures.end());
  header.push_back("error");
  std::string text = fmt::format("{}\n", fmt::join(header, ","));
  for (const auto& [run, result] : results) {
    std::vector<std::string> cells = {std::to_string(run)};
    for (const auto& [name, value] : result["options"].items()) {
      cells.push_back(csv_cell(value.get<std::string>()));
    }
    for (const std::string& name : figures) {
      cells.push_back(result.contains(name) ? result[name].dump() : "");
    }
    cells.push_back(csv_cell(result.value("error", "")));
    text += fmt::format("{}\n", fmt::join(cells, ","));
  }
  return text;
}

std::vector<CurveGroup> sweep_curves(const SweepResults& results) {
  std::vector<CurveGroup> groups;
  const std::string key = curve_key(results);
  for (const auto& [run, result] : results) {
    std::vector<PlotPoint> curve;
    for (const Json& y : result.value(key, Json::array())) {
      const double value = y.is_number() ? y.get<double>() : std::nan("");
      curve.push_back({static_cast<double>(curve.size() + 1), value});
    }
    if (curve.empty()) continue;
    const std::string options = options_but_seed(result);
    auto group = std::ranges::find(groups, options, &CurveGroup::label);
    if (group == groups.end()) group = groups.insert(group, CurveGroup{options, {}});
    group->curves.push_back(std::move(curve));
  }
  return groups;
}

std::string sweep_svg(const SweepResults& results) {
  const std::vector<CurveGroup> groups = sweep_curves(results);
  if (groups.empty()) return "";
  return compare_figure(groups, usual_metric(results)).svg();
}

std::vector<Group> groups_of(const SweepResults& results, const std::string& metric) {
  const auto has = [](const char* key) {
    return [key](const auto& entry) { return entry.second.contains(key); };
  };
  require(std::ranges::any_of(results, has(metric.c_str())) ||
              std::ranges::all_of(results, has("error")),
          fmt::format("--metric {}: these runs have {}; run the sweep again, which trains nothing "
                      "anew, with that",
                      metric, usual_metric(results)));
  std::vector<Group> groups;
  for (const auto& [run, result] : results) {
    const std::string options = options_but_seed(result);
    auto group = std::ranges::find(groups, options, &Group::options);
    if (group == groups.end()) group = groups.insert(group, Group{options, {}});
    if (result.contains(metric) && result[metric].is_number())
      group->values.push_back(result[metric].get<double>());
    else
      ++group->failed;
  }
  const bool less_is_better = !larger_is_better(metric);
  std::ranges::stable_sort(groups, [&](const Group& a, const Group& b) {
    if (a.values.empty() || b.values.empty()) return !a.values.empty() && b.values.empty();
    return less_is_better ? a.mean() < b.mean() : a.mean() > b.mean();
  });
  return groups;
}

Json table_document(const std::vector<Group>& groups) {
  Json table = Json::array();
  for (const Group& g : groups) {
    table.push_back({{"options", g.options},
                     {"runs", g.values.size()},
                     {"failed", g.failed},
                     {"mean", g.values.empty() ? Json(nullptr) : Json(g.mean())},
                     {"deviation", g.values.empty() ? Json(nullptr) : Json(g.deviation())}});
  }
  return table;
}

}  // namespace lenet
