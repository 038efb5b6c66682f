// The data that a run was trained on, as its run.json says.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "lenet/shape.h"
#include "run/data_options.h"

namespace lenet {

struct RecordedData {
  std::filesystem::path file;  ///< the run.json
  DataOptions options;         ///< --data, an absolute path or a name, and how it is read
  std::string model;           ///< the text of the network that was trained
  std::string input_shape;     ///< of it, as to_string() writes it
  std::string data_sha256;     ///< of the data; "" in records of versions that did not note it
};

/// What run.json in this folder says; nothing if there is none. Throws Error: kIo, and kBadInput
/// for one that no run has written so.
std::optional<RecordedData> read_recorded_data(const std::filesystem::path& folder);

}  // namespace lenet
