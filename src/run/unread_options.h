// Options that were given though another one keeps everything from reading them.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "lenet/run.h"

namespace lenet {

/// Those of the document `given` that nothing reads with these options, as gamma without the
/// schedule step.
nlohmann::ordered_json unread(const nlohmann::ordered_json& given, const RunOptions& options);

/// Throws Error (kUsage) for the first that nothing reads, naming what it needs.
void require_read(const nlohmann::ordered_json& given, const RunOptions& options);

}  // namespace lenet
