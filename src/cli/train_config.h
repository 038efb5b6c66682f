// Where the options of a training run come from: a recipe, a configuration file, the command line;
// and how they are written down.
#pragma once

#include <CLI/App.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/train_options.h"

namespace lenet::cli {

/// Options that start from a recipe and a configuration file.
struct LayeredOptions {
  TrainOptions given;  ///< on the command line
  std::string recipe, config;
};

/// Declares those of TrainOptions, --recipe and --config.
void declare(CLI::App& command, LayeredOptions& options);

/// The options of the run: the defaults, over them the recipe, over that the configuration file,
/// and what was given on the command line on top. Throws Error.
TrainOptions layered(const CLI::App& command, const LayeredOptions& options);

/// All options under their names, "-" written as "_", as read_options() takes them.
nlohmann::ordered_json options_document(const TrainOptions& options);

/// Sets those that the document names. `where` it is from, for messages. Throws Error (kUsage) for
/// a name that is not an option, or a value that the command line would refuse.
void read_options(const nlohmann::ordered_json& document, const std::string& where,
                  TrainOptions& options);

/// The options among what run.json holds.
nlohmann::ordered_json run_options(const nlohmann::ordered_json& run);

/// A configuration file: a JSON object of options, or the run.json of a run. Throws Error: kIo,
/// kBadInput.
nlohmann::ordered_json read_config(const std::string& path);

/// The options that stand on the command line, as a document.
nlohmann::ordered_json given_options(const CLI::App& command);

}  // namespace lenet::cli
