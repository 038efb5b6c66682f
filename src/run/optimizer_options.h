// The options of a run that say how the weights move: optimizer, schedule, and their constants.
#pragma once

#include <vector>

#include "run/option_table.h"

namespace lenet {

/// Kept in `o`, in the order of run.json.
std::vector<RunOption> optimizer_options(RunOptions& o);
std::vector<RunOption> schedule_options(RunOptions& o);

}  // namespace lenet
