// lenet export --format c.
#pragma once

#include <cstdint>
#include <string>

#include "cli/command_line.h"
#include "cli/options.h"
#include "run/model_argument.h"

namespace lenet::cli {

struct ExportCOptions {
  std::string name;
  bool int8 = false;
  std::int64_t calibrate = 512;
  CommonOptions common;  ///< --data and --threads, for --int8
};

/// Declares --name, --int8, --calibrate, --data and --threads.
void add_export_c(const Command& command, ExportCOptions& options);

/// Writes `path` and the header beside it; for --int8 says on which data the ranges were taken, and
/// the accuracy before and after. Throws Error.
void export_c_file(const ModelOptions& model, const std::string& path,
                   const ExportCOptions& options);

}  // namespace lenet::cli
