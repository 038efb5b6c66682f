// Options that several commands share, each declared once.
#pragma once

#include <CLI/App.hpp>
#include <string>
#include <utility>

#include "lenet/dataset.h"

namespace lenet::cli {

/// --data, --threads, --simd, --device and --json, as far as a command takes them.
struct CommonOptions {
  std::string data;
  int threads = 0;
  std::string device = "auto";
  bool json = false;
};

void add_data(CLI::App& command, CommonOptions& options);
void add_threads(CLI::App& command, CommonOptions& options);
void add_device(CLI::App& command, CommonOptions& options);
void add_json(CLI::App& command, CommonOptions& options);

/// The training and the test set that --data names, with a line of progress on stderr while they
/// are downloaded.
std::pair<Dataset, Dataset> load_data(const CommonOptions& options);

/// The standard error is a terminal that can redraw.
bool stderr_is_terminal();

/// Colours are wanted there: a terminal, and NO_COLOR is not set.
bool stderr_wants_color();

}  // namespace lenet::cli
