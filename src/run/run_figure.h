// The chapter's figure of a run.
#pragma once

#include <cstdint>

#include "lenet/animator.h"
#include "lenet/fit.h"

namespace lenet {

/// Its axes and curves; with images set aside also theirs.
AnimatorOptions run_figure(std::int64_t epochs, const Metric& metric, bool holdout);

/// Adds a point of a run to a figure of this kind.
void add_point(const FitPoint& point, bool holdout, Animator& figure);

}  // namespace lenet
