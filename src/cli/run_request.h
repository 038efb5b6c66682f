// What train_run() is asked for.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "cli/resume.h"
#include "cli/train_options.h"

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

}  // namespace lenet::cli
