// A training run from its options to its folder.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/resume.h"
#include "cli/train_options.h"
#include "lenet/device.h"
#include "lenet/fit.h"

namespace lenet::cli {

struct RunRequest {
  TrainOptions options;
  std::filesystem::path out;  ///< RunFolder's
  bool force = false;
  std::string checkpoint_every = "1epoch";
  bool stop_on_write_error = false;
  bool announce = true;              ///< "training on cpu" on the standard output
  const Resumption* from = nullptr;  ///< the run that this one goes on with, in the folder `out`

  /// run.json of the run that this one repeats or goes on with: the data must be the same, unless
  /// other_data is set. One that does not know its data makes a run that does not say either, whose
  /// files have the same bytes.
  const nlohmann::ordered_json* record = nullptr;
  bool other_data = false;
};

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
