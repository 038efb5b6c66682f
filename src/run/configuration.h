// Where the options of a run come from: a recipe, a file of options, what is given beside them.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "lenet/run.h"

namespace lenet {

/// The options of a run, and which of them somebody asked for.
struct Configuration {
  RunOptions options;
  /// Beside the file, or in it without effect there: for require_read().
  nlohmann::ordered_json given;
};

/// The defaults, over them the recipe, over that the file (a JSON object of options, or the
/// run.json of a run), and `given` on top, as the command line gives it. "": none. A batch size
/// that nobody gave may be lowered. Throws Error.
Configuration configured(const std::string& recipe, const std::string& file,
                         const nlohmann::ordered_json& given);

/// Trains a run so configured. Throws Error, also for an option that nothing reads.
TrainedRun train_run(const Configuration& configuration, const RunSettings& settings);

}  // namespace lenet
