// What is asked of a run.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "lenet/run.h"
#include "run/resume.h"

namespace lenet {

/// A run to train: a new one, one that is repeated, or one that goes on.
struct RunRequest {
  RunOptions options;
  RunSettings settings;              ///< all of whose functions can be called
  const Resumption* from = nullptr;  ///< the run that this one goes on with, in settings.out

  /// run.json of the run that this one repeats or goes on with: the data must be the same, unless
  /// other_data is set. One that does not know its data makes a run that does not say either, whose
  /// files have the same bytes.
  const nlohmann::ordered_json* record = nullptr;
  bool other_data = false;
};

/// The settings, with functions that do nothing in place of those that are missing.
RunSettings complete(RunSettings settings);

/// Goes on with a run, with the options `given` where `allow_change` lets them. Throws Error.
TrainedRun resume_run(const std::filesystem::path& folder, const nlohmann::ordered_json& given,
                      const std::vector<std::string>& allow_change, const RunSettings& settings);

/// Trains, shows the run and writes its folder. Throws Error.
TrainedRun train_run(const RunRequest& request);

}  // namespace lenet
