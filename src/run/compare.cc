#include "run/compare.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/require.h"
#include "base/text.h"
#include "plot/text.h"
#include "run/json_document.h"
#include "run/metric_keys.h"

namespace lenet {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::uint32_t kColors[] = {0x1f77b4, 0xbf00bf, 0x008000, 0xd62728,
                                     0xff7f0e, 0x17becf, 0x8c564b, 0x7f7f7f};
constexpr LineStyle kLines[] = {LineStyle::kSolid, LineStyle::kDashed};
constexpr std::size_t kNamed = std::size(kColors) * std::size(kLines);
constexpr std::uint32_t kOther = 0xb0b0b0;

Series series_of(const CurveGroup& group, std::size_t i) {
  if (i >= kNamed) return {"", kOther};
  const std::string count =
      group.curves.size() > 1 ? fmt::format(" ({} runs)", group.curves.size()) : "";
  return {printable(group.label) + count, kColors[i % std::size(kColors)],
          kLines[i / std::size(kColors)]};
}

/// The values of all curves by x.
std::map<double, std::vector<double>> values_of(const CurveGroup& group) {
  std::map<double, std::vector<double>> values;
  for (const auto& curve : group.curves) {
    for (const PlotPoint& p : curve) values[p.x].push_back(p.y);
  }
  return values;
}

std::optional<double> value_of(const FitPoint& point, const std::string& figure) {
  if (figure == "train_loss") return point.train_loss;
  if (figure == metric_key("train", *point.metric)) return point.train_metric;
  if (figure == metric_key("test", *point.metric)) return point.test_metric;
  if (figure == metric_key("holdout", *point.metric)) return point.holdout_metric;
  return {};
}

/// What makes runs alike: their options without the seed, and what has no part in the result.
Json shared_options(const RunHistory& run) {
  Json options = run.options;
  for (const char* key : {"seed", "threads", "device"}) options.erase(key);
  return options;
}

/// Keys whose values are not the same in all of them.
std::vector<std::string> differing_keys(const std::vector<Json>& options) {
  std::set<std::string> differing;
  const auto add_what_is_not_in = [&](const Json& other, const Json& one) {
    for (const auto& [key, value] : one.items()) {
      const auto found = other.find(key);
      if (found == other.end() || *found != value) differing.insert(key);
    }
  };
  for (const Json& one : options) {
    add_what_is_not_in(one, options.front());
    add_what_is_not_in(options.front(), one);
  }
  return {differing.begin(), differing.end()};
}

std::string text_of(const Json& value) {
  const std::string text = value.is_string() ? value.get<std::string>() : json_line(value);
  constexpr int kMost = 24;
  const std::string_view cut = cut_to_width(text, kMost);
  return cut.size() < text.size() ? std::string(cut) + "…" : text;
}

/// "lr=0.1 momentum=0.9": what sets these options apart from the others.
std::string label_of(const Json& options, const std::vector<std::string>& keys) {
  std::vector<std::string> parts;
  for (const std::string& key : keys) {
    if (options.contains(key)) parts.push_back(key + "=" + text_of(options.at(key)));
  }
  return fmt::format("{}", fmt::join(parts, " "));
}

}  // namespace

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double v : values) sum += v;
  return values.empty() ? std::nan("") : sum / static_cast<double>(values.size());
}

double deviation_of(const std::vector<double>& values) {
  const double mean = mean_of(values);
  double sum = 0;
  for (const double v : values) sum += (v - mean) * (v - mean);
  return values.size() < 2 ? 0 : std::sqrt(sum / static_cast<double>(values.size() - 1));
}

Animator compare_figure(const std::vector<CurveGroup>& groups, const std::string& figure) {
  AnimatorOptions options;
  options.ylabel = figure;
  std::ranges::replace(options.ylabel, '_', ' ');
  options.width = 6;
  options.height = 4;
  options.series.clear();
  for (std::size_t i = 0; i < groups.size(); ++i) options.series.push_back(series_of(groups[i], i));
  Animator animator(options);
  std::vector<std::optional<double>> ys(groups.size());
  for (std::size_t i = 0; i < groups.size(); ++i) {
    for (const auto& [x, values] : values_of(groups[i])) {
      const double mean = mean_of(values);
      ys[i] = mean;
      animator.add(x, ys);
      if (values.size() < 2 || i >= kNamed) continue;
      const double deviation = deviation_of(values);
      animator.add_band(i, x, mean - deviation, mean + deviation);
    }
    ys[i].reset();
  }
  return animator;
}

const std::vector<std::string>& compared_figures() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all = {"train_loss"};
    for (const std::string& key : metric_keys()) {
      if (!key.starts_with("averaged")) all.push_back(key);
    }
    return all;
  }();
  return names;
}

std::string usual_figure(const std::vector<RunHistory>& runs) {
  for (const RunHistory& run : runs) {
    if (run.last) return metric_key("test", *run.metric);
  }
  return metric_key("test", kAccuracy);
}

std::vector<PlotPoint> curve_of(const RunHistory& run, const std::string& figure) {
  std::vector<PlotPoint> curve;
  for (const FitPoint& point : run.points) {
    if (const auto y = value_of(point, figure)) curve.push_back({point.epoch, *y});
  }
  return curve;
}

std::vector<CurveGroup> curve_groups(const std::vector<RunHistory>& runs,
                                     const std::string& figure) {
  std::vector<CurveGroup> groups;
  std::vector<Json> options;
  std::vector<std::set<std::string>> names;
  std::map<std::string, std::size_t> places;  // of the groups, by their options
  for (const RunHistory& run : runs) {
    std::vector<PlotPoint> curve = curve_of(run, figure);
    if (curve.empty()) continue;
    const Json shared = shared_options(run);
    const auto [place, is_new] = places.try_emplace(json_line(shared), groups.size());
    const std::size_t at = place->second;
    if (is_new) {
      groups.emplace_back();
      options.push_back(shared);
      names.emplace_back();
    }
    groups[at].curves.push_back(std::move(curve));
    names[at].insert(run.name);
  }
  require(!groups.empty(), fmt::format("no run has points of {}", figure));
  const std::vector<std::string> keys = differing_keys(options);
  std::map<std::string, int> groups_of_name;
  for (const auto& of_group : names) {
    if (of_group.size() == 1) ++groups_of_name[*of_group.begin()];
  }
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const bool named = names[i].size() == 1 && groups_of_name[*names[i].begin()] == 1;
    const std::string label = named ? "" : label_of(options[i], keys);
    groups[i].label = label.empty() ? fmt::format("{}", fmt::join(names[i], ", ")) : label;
  }
  return groups;
}

}  // namespace lenet
