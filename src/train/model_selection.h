// Which epoch's weights a run ends with, and when it ends: by the images set aside.
#pragma once

#include "lenet/fit.h"
#include "lenet/sequential.h"
#include "lenet/trainer.h"

namespace lenet {

/// Puts the metric on the images set aside into the report, and keeps the weights, with keep_best,
/// if no epoch before was better.
void judge(const Metrics& holdout, const Sequential& net, const FitOptions& options,
           EpochReport& report, FitState& state);

/// Of an epoch that was judged: a run may set images aside only since it goes on.
bool out_of_patience(const FitState& state, const FitOptions& options);

/// The run is to end with the weights that judge() kept, if it kept any.
bool ends_with_best(const FitState& state, const FitOptions& options);

/// Fills in the best epoch and its figures, if an epoch has been finished.
void report_best(const FitState& state, const FitOptions& options, Report& report);

}  // namespace lenet
