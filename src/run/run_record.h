// What run.json says of a run, and what --json prints.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "lenet/device.h"
#include "lenet/fit.h"
#include "run/record_keys.h"
#include "run/run_folder.h"
#include "run/run_options.h"

namespace lenet {

/// What repeats the run: every option, the model's text, and what it ran on.
nlohmann::ordered_json run_document(const RunOptions& options, const Device& device,
                                    const Sequential& net, const Dataset& train);

/// What its user calls the run and says of it, where that is not empty.
void name_run(const std::string& name, const std::string& note, nlohmann::ordered_json& run);

/// Throws Error (kBadInput), which names both, unless `run` started from a file of this SHA-256 or
/// does not say.
void require_same_weights(const nlohmann::ordered_json& run, const char* key,
                          const std::filesystem::path& file, const std::string& sha256);

/// Throws Error (kBadInput), which names both, unless `run` trained on the data of this SHA-256 or
/// does not say. `advice` is what to do.
void require_same_data(const nlohmann::ordered_json& run, const RunOptions& now,
                       const std::string& sha256, const std::string& advice);

/// What came out: the figures, those of each epoch, and the SHA-256 of the files of weights.
nlohmann::ordered_json result_document(const Report& report, const RunOptions& options,
                                       const Device& device, const RunFolder& folder);

/// The figures of such a document of this folder, without those that it does not hold: no points,
/// no examples. Throws Error (kBadInput).
Report report_of(const nlohmann::ordered_json& result, const RunFolder& folder);

}  // namespace lenet
