#include "run/sweep_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/require.h"
#include "lenet/animator.h"
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

}  // namespace

std::string usual_metric(const SweepResults& results) {
  return metric_key("test", common_metric(results));
}

double Group::mean() const {
  double sum = 0;
  for (const double v : values) sum += v;
  return values.empty() ? std::nan("") : sum / static_cast<double>(values.size());
}

double Group::deviation() const {
  double sum = 0;
  for (const double v : values) sum += (v - mean()) * (v - mean());
  return values.size() < 2 ? 0 : std::sqrt(sum / static_cast<double>(values.size() - 1));
}

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

std::string sweep_svg(const SweepResults& results) {
  constexpr std::uint32_t kColors[] = {0x1f77b4, 0xbf00bf, 0x008000, 0xd62728,
                                       0xff7f0e, 0x17becf, 0x8c564b, 0x7f7f7f};
  AnimatorOptions figure;
  const std::string curve = curve_key(results);
  figure.ylabel = fmt::format("test {}", common_metric(results).name);
  figure.width = 6;
  figure.height = 4;
  figure.series.clear();
  std::size_t longest = 0;
  for (const auto& [run, result] : results) {
    figure.series.push_back({"", kColors[static_cast<std::size_t>(run) % std::size(kColors)]});
    longest = std::max(longest, result.value(curve, Json::array()).size());
  }
  if (longest == 0) return "";
  Animator animator(figure);
  for (std::size_t epoch = 0; epoch < longest; ++epoch) {
    std::vector<std::optional<double>> ys;
    for (const auto& [run, result] : results) {
      const Json accs = result.value(curve, Json::array());
      ys.push_back(epoch < accs.size() ? std::optional(accs[epoch].get<double>()) : std::nullopt);
    }
    animator.add(static_cast<double>(epoch + 1), ys);
  }
  return animator.svg();
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
    std::vector<std::string> parts;
    for (const auto& [name, value] : result["options"].items()) {
      if (name != "seed") parts.push_back(name + "=" + value.get<std::string>());
    }
    const std::string options = fmt::format("{}", fmt::join(parts, " "));
    auto group = std::ranges::find(groups, options, &Group::options);
    if (group == groups.end()) group = groups.insert(group, Group{options, {}});
    if (result.contains(metric))
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
