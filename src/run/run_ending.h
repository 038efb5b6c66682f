// Why a run has come to its end, in words.
#pragma once

#include <cstdint>
#include <string>

#include "lenet/fit.h"

namespace lenet {

/// Of a report that is out of patience: "stopped early: 3 epochs without one that is better on the
/// images set aside than epoch 4 (holdout acc 0.912)".
std::string early_stop_text(const Report& report, std::int64_t patience);

/// Whose weights a run with --keep-best, an epoch of which was judged, ends with: "the weights kept
/// are those of epoch 4, the best on the images set aside (holdout acc 0.912)".
std::string kept_text(const Report& report);

/// Of a run that was not stopped: that text and whose weights are kept, or how much it has trained.
std::string ending_text(const Report& report, const FitOptions& options);

/// The options with which --resume trains such a run further.
std::string way_on(const Report& report, const FitOptions& options);

}  // namespace lenet
