// lenet export --format c.
#pragma once

#include <cstdint>
#include <string>

#include "cli/command_line.h"
#include "cli/options.h"
#include "lenet/model_file.h"

namespace lenet::cli {

struct ExportCOptions {
  std::string name;
  bool int8 = false;
  std::int64_t calibrate = 512;
  CommonOptions common;  ///< --data and --threads, for --int8
};

/// Declares --name, --int8, --calibrate, --data and --threads.
void add_export_c(const Command& command, ExportCOptions& options);

/// Writes `path` and the header beside it, and says what they take; for --int8 also the accuracy
/// before and after. Throws Error.
void export_c_file(const Model& model, const std::string& path, const ExportCOptions& options);

}  // namespace lenet::cli
