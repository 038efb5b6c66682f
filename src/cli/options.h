// Options that several commands share, each declared once.
#pragma once

#include <filesystem>
#include <string>

#include "cli/command_line.h"
#include "run/data_options.h"
#include "run/model_argument.h"

namespace lenet::cli {

/// --data, how it is read, --threads, --device and --json, as far as a command takes them.
struct CommonOptions : DataOptions {
  int threads = 0;
  std::string device = "auto";
  bool json = false;
};

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
void add_json(const Command& command, bool& json);

/// Throws Error (kUsage) if `out` is the file `in`, which it would replace.
void require_other_file(const std::string& out, const std::filesystem::path& in);

/// With what shows on stderr what is told while data is read: lines, and in a terminal one of
/// progress.
LoadSettings load_settings(int threads);

}  // namespace lenet::cli
