// Limits and ticks of an axis.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lenet/animator.h"

namespace lenet {

struct Tick {
  double value;
  std::string label;
};

/// True for the numbers that a figure can show: finite, and small enough that a span of two of
/// them squares without overflow.
bool drawable(double value);

/// Limits that hold `data` with a margin of 5 % on both sides, which does not reach below zero
/// unless the data does. A span too small for tick labels becomes 5 % of the value each way.
AxisLimits with_margin(AxisLimits data);

/// Limits of no width (one epoch: {1, 1}) get one unit more to the left.
AxisLimits with_width(AxisLimits limits);

/// Where `value` lies: 0 at limits.min, 1 at limits.max.
double axis_fraction(double value, AxisLimits limits);

/// Between 1 and `most` (at least 2) multiples of 1, 2 or 5 times a power of ten.
std::vector<Tick> nice_ticks(AxisLimits limits, int most);

/// The limits of an axis that is drawn again and again: those that are shown, as long as they hold
/// the data; else, or where they may shrink, the data's, rounded outwards to steps of 1, 2 or 5.
AxisLimits steady_limits(AxisLimits data, const std::optional<AxisLimits>& shown, bool may_shrink);

}  // namespace lenet
