// Where the legend goes.
#pragma once

#include <span>
#include <vector>

#include "plot/curve.h"

namespace lenet {

/// Of nine places in `area` the upper left corner of the one where a box of this size hides the
/// least of the curves; of equals the first in the order in which matplotlib tries them.
/// y grows downwards; there is one vector of runs a curve.
PlotPoint best_legend_place(const PlotBox& area, double width, double height,
                            std::span<const std::vector<Run>> curves);

}  // namespace lenet
