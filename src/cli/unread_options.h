// Options that were given though another one keeps everything from reading them.
#pragma once

#include <nlohmann/json.hpp>

#include "cli/train_options.h"

namespace lenet::cli {

/// Those of the document `given` that nothing reads with these options, as gamma without the
/// schedule step.
nlohmann::ordered_json unread(const nlohmann::ordered_json& given, const TrainOptions& options);

/// Throws Error (kUsage) for the first that nothing reads, naming what it needs.
void require_read(const nlohmann::ordered_json& given, const TrainOptions& options);

}  // namespace lenet::cli
