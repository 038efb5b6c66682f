// Options that several commands share, each declared once.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "run/data_options.h"
#include "run/model_argument.h"
#include "run/option_table.h"
#include "run/shared_options.h"

namespace lenet::cli {

/// --data, how it is read, --threads, --device and --json, as far as a command takes them.
struct CommonOptions : DataOptions {
  int threads = 0;
  std::string device = "auto";
  bool json = false;
};

/// An option, as its table describes it.
Option declare(const Command& command, const RunOption& option);
/// What a run can be given, read from a recipe and a file before the command line.
struct ConfiguredOptions {
  RunOptions given;  ///< on the command line, to check it; given_options() has it
  std::string recipe, config;
};

/// Declares them: all that a run can be given in groups, or those of these names, --recipe and
/// --config.
void declare(const Command& command, ConfiguredOptions& options,
             const std::vector<std::string>& names = {});

/// The options of a run that stand on the command line, as read_options() takes them.
nlohmann::ordered_json given_options(const Command& command);

/// --data and how it is read. `otherwise` is the data without --data.
void add_data(const Command& command, DataOptions& options, const std::string& otherwise);
/// What add_data() says of a model's own data.
inline constexpr const char* kOwnData = "that of the model's run";
/// How data is read (--size, --test-split, --split, --transpose, --skip-broken) alone, where it is
/// named otherwise.
void add_data_options(const Command& command, DataOptions& options);
/// The model's path, --model, --input and --weights-by.
void add_model(const Command& command, ModelOptions& options);
void add_threads(const Command& command, int& threads);
void add_device(const Command& command, std::string& device);
void add_plot_option(const Command& command, TerminalPlot& plot);
void add_json(const Command& command, bool& json);

/// Throws Error (kUsage) if `out` is the file `in`, which it would replace.
void require_other_file(const std::string& out, const std::filesystem::path& in);

/// What is read, and must not be replaced.
struct FilesRead {
  DataOptions data;  ///< a folder or a file
  std::vector<std::filesystem::path> files = {};
};

/// Throws Error (kUsage) unless the option names a file with one of these endings, none of those
/// that are read.
void require_output(const std::string& option, const std::string& path,
                    const std::vector<std::string>& endings, const FilesRead& read);

}  // namespace lenet::cli
