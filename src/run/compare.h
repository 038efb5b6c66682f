// Runs side by side: their curves, those that differ by the seed alone as one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lenet/animator.h"
#include "run/run_history.h"

namespace lenet {

/// Curves of runs that differ by the seed alone, each with x growing.
struct CurveGroup {
  std::string label;
  std::vector<std::vector<PlotPoint>> curves;
};

/// figure: "test_acc". The mean of each group, at each x over the curves that have a point there,
/// and round it a band of one standard deviation of the sample. As many as a legend has room for
/// have a name and a colour, the last ones that the order brings are thin and grey.
Animator compare_figure(const std::vector<CurveGroup>& groups, const std::string& figure);

double mean_of(const std::vector<double>& values);       ///< NaN of none
double deviation_of(const std::vector<double>& values);  ///< of the sample; 0 of one

/// The figures of a run's points that can be compared: "train_loss", "test_acc" and the like.
const std::vector<std::string>& compared_figures();

/// That which most runs are judged by: "test_acc", or what else their loss has.
std::string usual_figure(const std::vector<RunHistory>& runs);

/// The points of a run that have this figure.
std::vector<PlotPoint> curve_of(const RunHistory& run, const std::string& figure);

/// Runs by their options but the seed, in their order. A group is called by the names of its runs
/// where they have one, else by the options in which the groups differ. Throws Error (kUsage) if no
/// run has the figure.
std::vector<CurveGroup> curve_groups(const std::vector<RunHistory>& runs,
                                     const std::string& figure);

}  // namespace lenet
