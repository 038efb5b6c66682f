// Where the options of a training run come from: a recipe, a configuration file, the command line;
// and how they are written down.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "cli/command_line.h"
#include "cli/train_options.h"

namespace lenet::cli {

/// Options that start from a recipe and a configuration file.
struct LayeredOptions {
  TrainOptions given;  ///< on the command line
  std::string recipe, config;
};

/// Declares those of TrainOptions, --recipe and --config.
void declare(const Command& command, LayeredOptions& options);

/// The options of a run, and which of them somebody asked for.
struct LayeredResult {
  TrainOptions options;
  /// On the command line, or in the configuration file without effect there: require_read().
  nlohmann::ordered_json given;
};

/// The defaults, over them the recipe, over that the configuration file (a JSON object of options,
/// or the run.json of a run), and what was given on the command line on top. Throws Error.
LayeredResult layered(const Command& command, const LayeredOptions& options);

/// "batch_size" as it is typed: "batch-size".
std::string option_name(std::string key);

/// All options under their names, "-" written as "_", as read_options() takes them.
nlohmann::ordered_json options_document(const TrainOptions& options);

/// Sets those that the document names. `where` it is from, for messages. Throws Error (kUsage) for
/// a name that is not an option, or a value that the command line would refuse.
void read_options(const nlohmann::ordered_json& document, const std::string& where,
                  TrainOptions& options);

/// The options among what run.json holds.
nlohmann::ordered_json run_options(const nlohmann::ordered_json& run);

/// The options that stand on the command line, as a document.
nlohmann::ordered_json given_options(const Command& command);

}  // namespace lenet::cli
