// A learning rate for the network and the data of a run.
#pragma once

#include "lenet/find_lr.h"
#include "run/configuration.h"

namespace lenet {

/// find_lr() of what a run of these options would train. settings.stop ends it with the curve so
/// far. Throws Error as train_run() does.
LrCurve search_lr(const Configuration& configuration, const RunSettings& settings,
                  const LrRange& range);

/// The options of a run that it reads.
const std::vector<std::string>& lr_search_options();

}  // namespace lenet
