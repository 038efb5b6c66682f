// A training run from its options to its folder.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/run_request.h"
#include "lenet/device.h"
#include "lenet/fit.h"

namespace lenet::cli {

struct RunOutcome {
  Report report;
  nlohmann::ordered_json result;  ///< as in run.json
  Device device;
  std::filesystem::path folder;
};

/// Trains, shows the run on stderr and writes its folder. Throws Error, and Stopped once a run that
/// a signal ended has been saved.
RunOutcome train_run(const RunRequest& request);

}  // namespace lenet::cli
