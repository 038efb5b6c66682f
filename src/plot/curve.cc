#include "plot/curve.h"

#include <algorithm>
#include <cmath>

#include "plot/axis.h"

namespace lenet {
namespace {

/// The part of a segment that is inside, as fractions of its length; empty if enter > leave.
struct Inside {
  double enter = 0;
  double leave = 1;
};

/// Cuts with one pair of edges (Liang and Barsky, 1984).
void cut(double from, double to, AxisLimits limits, Inside& inside) {
  const double delta = to - from;
  if (delta == 0) {
    if (from < limits.min || from > limits.max) inside.leave = -1;
    return;
  }
  const double at_min = (limits.min - from) / delta;
  const double at_max = (limits.max - from) / delta;
  inside.enter = std::max(inside.enter, std::min(at_min, at_max));
  inside.leave = std::min(inside.leave, std::max(at_min, at_max));
}

PlotPoint between(PlotPoint a, PlotPoint b, double t) {
  return {std::lerp(a.x, b.x, t), std::lerp(a.y, b.y, t)};
}

}  // namespace

std::vector<Run> visible_runs(std::span<const PlotPoint> points, const PlotBox& box) {
  std::vector<Run> runs;
  bool connected = false;  // the last run reaches the previous point
  const PlotPoint* previous = nullptr;
  for (const PlotPoint& point : points) {
    if (!drawable(point.x) || !drawable(point.y)) {
      previous = nullptr;
      connected = false;
      continue;
    }
    const PlotPoint from = previous != nullptr ? *previous : point;
    Inside inside;
    cut(from.x, point.x, box.x, inside);
    cut(from.y, point.y, box.y, inside);
    const bool visible = inside.enter <= inside.leave;
    if (visible && !connected) runs.push_back({between(from, point, inside.enter)});
    if (visible && previous != nullptr) runs.back().push_back(between(from, point, inside.leave));
    connected = visible && inside.leave == 1;
    previous = &point;
  }
  return runs;
}

double run_length(const Run& run) {
  double length = 0;
  for (std::size_t i = 1; i < run.size(); ++i) {
    length += std::hypot(run[i].x - run[i - 1].x, run[i].y - run[i - 1].y);
  }
  return length;
}

}  // namespace lenet
