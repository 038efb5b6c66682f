#include "lenet/animator.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <ranges>
#include <utility>

#include "lenet/error.h"
#include "plot/axis.h"

namespace lenet {
namespace {

void check_limits(const char* name, const AxisLimits& limits) {
  if (drawable(limits.min) && drawable(limits.max) && limits.min <= limits.max) return;
  throw Error(ErrorKind::kUsage, fmt::format("Animator: {} is {} to {}, want a finite range", name,
                                             limits.min, limits.max));
}

using Curves = std::vector<std::vector<PlotPoint>>;

/// The smallest and largest drawable coordinate of all curves; {0, 1} if there is none.
AxisLimits data_limits(std::initializer_list<const Curves*> all, double PlotPoint::*axis) {
  std::optional<AxisLimits> limits;
  for (const Curves* curves : all) {
    for (const PlotPoint& point : *curves | std::views::join) {
      if (!drawable(point.x) || !drawable(point.y)) continue;
      const double value = point.*axis;
      if (!limits) limits = AxisLimits{value, value};
      limits->min = std::min(limits->min, value);
      limits->max = std::max(limits->max, value);
    }
  }
  return limits ? with_margin(*limits) : AxisLimits{0, 1};
}

}  // namespace

Animator::Animator(AnimatorOptions options)
    : options_(std::move(options)),
      curves_(options_.series.size()),
      lows_(options_.series.size()),
      highs_(options_.series.size()) {
  if (options_.xlim) check_limits("xlim", *options_.xlim);
  if (options_.ylim) check_limits("ylim", *options_.ylim);
  constexpr double kLeast = 2, kMost = 100;
  for (const double size : {options_.width, options_.height}) {
    if (size >= kLeast && size <= kMost) continue;
    throw Error(ErrorKind::kUsage,
                fmt::format("Animator: {} inches, want {} to {} each way", size, kLeast, kMost));
  }
}

void Animator::add(double x, const std::vector<std::optional<double>>& ys) {
  if (ys.size() != curves_.size()) {
    throw Error(ErrorKind::kUsage,
                fmt::format("Animator::add: {} values, want {} (one a series, nullopt for none)",
                            ys.size(), curves_.size()));
  }
  for (std::size_t i = 0; i < ys.size(); ++i) {
    if (ys[i]) curves_[i].push_back({x, *ys[i]});
  }
}

void Animator::add_band(std::size_t series, double x, double low, double high) {
  if (series >= curves_.size()) {
    throw Error(ErrorKind::kUsage, fmt::format("Animator::add_band: curve {}, but there are {}",
                                               series, curves_.size()));
  }
  if (!drawable(x) || !drawable(low) || !drawable(high)) return;
  lows_[series].push_back({x, low});
  highs_[series].push_back({x, high});
}

AxisLimits Animator::x_limits() const {
  return with_width(options_.xlim ? *options_.xlim
                                  : data_limits({&curves_, &lows_, &highs_}, &PlotPoint::x));
}

AxisLimits Animator::y_limits() const {
  return with_width(options_.ylim ? *options_.ylim
                                  : data_limits({&curves_, &lows_, &highs_}, &PlotPoint::y));
}

}  // namespace lenet
