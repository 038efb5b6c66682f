// The parts of a curve that a rectangle shows.
#pragma once

#include <span>
#include <vector>

#include "lenet/animator.h"

namespace lenet {

struct PlotBox {
  AxisLimits x;
  AxisLimits y;
};

/// An unbroken line; a single point where its neighbours on both sides are missing.
using Run = std::vector<PlotPoint>;

/// The curve through `points` cut at the edges of `box`. A point that cannot be drawn (NaN,
/// infinite) breaks the curve.
std::vector<Run> visible_runs(std::span<const PlotPoint> points, const PlotBox& box);

double run_length(const Run& run);

}  // namespace lenet
