#include "run/sweep_axes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/number_text.h"
#include "base/philox.h"
#include "lenet/error.h"

namespace lenet {
namespace {

constexpr std::int64_t kMostRuns = 100'000;

struct Axis {
  std::string name;
  std::string text;  ///< behind the "="
  std::vector<std::string> values;
};

[[noreturn]] void fail(const std::string& axis, const std::string& message) {
  throw Error(ErrorKind::kUsage, fmt::format("axis '{}': {}", axis, message));
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == separator)
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

/// The two sides of "a..b", if there is a "..".
std::optional<std::pair<std::string, std::string>> ends_of(const std::string& text) {
  const std::size_t dots = text.find("..");
  if (dots == std::string::npos) return std::nullopt;
  return std::pair(text.substr(0, dots), text.substr(dots + 2));
}

std::vector<std::string> values_of(const std::string& axis, const std::string& text) {
  if (const auto ends = ends_of(text)) {
    const auto first = number_in<std::int64_t>(ends->first),
               last = number_in<std::int64_t>(ends->second);
    if (!first || !last || *first > *last) fail(axis, "want whole numbers as in seed=0..9");
    if (*last - *first >= kMostRuns) fail(axis, fmt::format("want at most {} values", kMostRuns));
    std::vector<std::string> values;
    for (std::int64_t i = *first; i <= *last; ++i) values.push_back(std::to_string(i));
    return values;
  }
  std::vector<std::string> values = split(text, text.find(';') == std::string::npos ? ',' : ';');
  for (const std::string& value : values) {
    if (value.empty()) fail(axis, "an empty value, want name=value,value");
    if (std::ranges::count(values, value) > 1) fail(axis, fmt::format("{} twice", value));
  }
  return values;
}

Axis parse_axis(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == 0 || equals == std::string::npos) fail(text, "want name=values, as in lr=0.05,0.1");
  Axis axis{text.substr(0, equals), text.substr(equals + 1), {}};
  for (char& c : axis.name) c = c == '-' ? '_' : c;
  return axis;
}

std::vector<Axis> parse_axes(const std::vector<std::string>& texts) {
  std::vector<Axis> axes;
  for (const std::string& text : texts) {
    axes.push_back(parse_axis(text));
    for (std::size_t i = 0; i + 1 < axes.size(); ++i) {
      if (axes[i].name == axes.back().name) fail(text, "this option has an axis already");
    }
  }
  return axes;
}

/// Low and high of "a..b" where a draw is not from whole numbers.
struct Interval {
  double low, high;
  bool logarithmic;
};

std::optional<Interval> interval_of(const Axis& axis) {
  const bool logarithmic = axis.text.starts_with("log:");
  const auto ends = ends_of(axis.text.substr(logarithmic ? 4 : 0));
  if (!ends) {
    if (logarithmic) fail(axis.name, "want log:low..high");
    return std::nullopt;
  }
  if (!logarithmic && number_in<std::int64_t>(ends->first) &&
      number_in<std::int64_t>(ends->second)) {
    return std::nullopt;
  }
  const auto low = number_in<double>(ends->first), high = number_in<double>(ends->second);
  if (!low || !high || !(*low <= *high) || (logarithmic && *low <= 0)) {
    fail(axis.name, "want low..high, or log:low..high above 0");
  }
  return Interval{*low, *high, logarithmic};
}

std::string draw(const Interval& interval, double u) {
  const auto [low, high, logarithmic] = interval;
  if (!logarithmic) return fmt::format("{:.6g}", low + (high - low) * u);
  return fmt::format("{:.6g}", low * std::pow(high / low, u));
}

}  // namespace

std::vector<Overrides> grid_runs(const std::vector<std::string>& texts) {
  std::vector<Overrides> runs = {Overrides::object()};
  for (Axis& axis : parse_axes(texts)) {
    axis.values = values_of(axis.name, axis.text);
    std::vector<Overrides> longer;
    if (std::ssize(runs) * std::ssize(axis.values) > kMostRuns) {
      fail(axis.name, fmt::format("more than {} runs", kMostRuns));
    }
    for (const Overrides& run : runs) {
      for (const std::string& value : axis.values) {
        longer.push_back(run);
        longer.back()[axis.name] = value;
      }
    }
    runs = std::move(longer);
  }
  return runs;
}

std::vector<Overrides> random_runs(const std::vector<std::string>& texts, std::int64_t trials,
                                   std::uint64_t seed) {
  if (trials < 1 || trials > kMostRuns) {
    throw Error(ErrorKind::kUsage, fmt::format("trials: {}, want 1 to {}", trials, kMostRuns));
  }
  std::vector<Overrides> runs(static_cast<std::size_t>(trials), Overrides::object());
  std::uint64_t place = 0;
  for (const Axis& axis : parse_axes(texts)) {
    const auto interval = interval_of(axis);
    const auto values = interval ? std::vector<std::string>() : values_of(axis.name, axis.text);
    for (std::size_t trial = 0; trial < runs.size(); ++trial) {
      CounterRandom random(seed, place, trial);
      runs[trial][axis.name] =
          interval ? draw(*interval, random.uniform())
                   : values[random.below(static_cast<std::uint32_t>(values.size()))];
    }
    ++place;
  }
  return runs;
}

}  // namespace lenet
