#include "plot/legend.h"

#include <limits>

namespace lenet {
namespace {

/// How much of the curves lies in `box`: their length there, and one for each piece.
double hidden_by(const PlotBox& box, std::span<const std::vector<Run>> curves) {
  double hidden = 0;
  for (const std::vector<Run>& runs : curves) {
    for (const Run& run : runs) {
      for (const Run& part : visible_runs(run, box)) hidden += run_length(part) + 1;
    }
  }
  return hidden;
}

}  // namespace

PlotPoint best_legend_place(const PlotBox& area, double width, double height,
                            std::span<const std::vector<Run>> curves) {
  constexpr double kInset = 5;
  constexpr PlotPoint kPlaces[] = {{1, 0},  {0, 0},  {0, 1},  {1, 1},  {1, .5},
                                   {0, .5}, {.5, 1}, {.5, 0}, {.5, .5}};
  PlotPoint best;
  double least = std::numeric_limits<double>::infinity();
  for (const PlotPoint place : kPlaces) {
    const double x = area.x.min + kInset + place.x * (area.x.max - area.x.min - 2 * kInset - width);
    const double y =
        area.y.min + kInset + place.y * (area.y.max - area.y.min - 2 * kInset - height);
    const double hidden = hidden_by({{x, x + width}, {y, y + height}}, curves);
    if (hidden < least) {
      least = hidden;
      best = {x, y};
    }
  }
  return best;
}

}  // namespace lenet
