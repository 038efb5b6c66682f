#include "plot/axis.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace lenet {
namespace {

// Below this part of the value a span needs more digits than a tick label has room for.
constexpr double kLeastSpan = 1e-6;
constexpr double kMargin = 0.05;
constexpr double kLargest = 1e100;

double magnitude(AxisLimits limits) { return std::max(std::abs(limits.min), std::abs(limits.max)); }

bool too_narrow(AxisLimits limits) {
  return limits.max - limits.min <= std::max(kLeastSpan * magnitude(limits), 1 / kLargest);
}

int exponent_of_ten(double value) { return static_cast<int>(std::floor(std::log10(value) + 1e-9)); }

std::string tick_label(double value, double step, double largest) {
  const int digits = -exponent_of_ten(step);
  if (largest < 1e6 && digits <= 5) return fmt::format("{:.{}f}", value, std::max(digits, 0));
  if (value == 0) return "0";
  return fmt::format("{:.{}e}", value, std::max(exponent_of_ten(std::abs(value)) + digits, 0));
}

}  // namespace

bool drawable(double value) { return std::isfinite(value) && std::abs(value) <= kLargest; }

AxisLimits with_margin(AxisLimits data) {
  double margin = kMargin * (data.max - data.min);
  if (too_narrow(data)) margin = kMargin * (magnitude(data) > 1 / kLargest ? magnitude(data) : 1);
  const double min = data.min - margin;
  return {data.min >= 0 ? std::max(min, 0.0) : min, data.max + margin};
}

AxisLimits with_width(AxisLimits limits) {
  if (!too_narrow(limits)) return limits;
  return {limits.min - std::max(1.0, kMargin * magnitude(limits)), limits.max};
}

double axis_fraction(double value, AxisLimits limits) {
  return (value - limits.min) / (limits.max - limits.min);
}

std::vector<Tick> nice_ticks(AxisLimits limits, int most) {
  // The ends of an axis count as inside in spite of rounding.
  constexpr double kSlack = 1e-6;
  const double rough = (limits.max - limits.min) / most;
  const double power = std::pow(10.0, exponent_of_ten(rough));
  double step = 0, first = 0, last = 0;
  for (const double factor : {1.0, 2.0, 5.0, 10.0, 20.0}) {
    step = factor * power;
    first = std::ceil(limits.min / step - kSlack);
    last = std::floor(limits.max / step + kSlack);
    if (last - first + 1 <= most) break;
  }
  std::vector<Tick> ticks;
  for (int i = 0; first + i <= last; ++i) {
    const double value = (first + i) * step + 0.0;  // + 0.0 turns -0 into 0
    ticks.push_back({value, tick_label(value, step, magnitude(limits))});
  }
  return ticks;
}

AxisLimits steady_limits(AxisLimits data, const std::optional<AxisLimits>& shown, bool may_shrink) {
  if (shown && !may_shrink && shown->min <= data.min && data.max <= shown->max) return *shown;
  constexpr int kSteps = 5;
  const std::vector<Tick> ticks = nice_ticks(with_width(data), kSteps);
  if (ticks.size() < 2) return data;
  const double step = ticks[1].value - ticks[0].value;
  return {std::floor(data.min / step) * step, std::ceil(data.max / step) * step};
}

}  // namespace lenet
