// What run.json says of a run, and what --json prints.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "cli/run_folder.h"
#include "cli/train_options.h"
#include "lenet/device.h"
#include "lenet/fit.h"

namespace lenet::cli {

/// What repeats the run: every option, the model's text, and what it ran on.
nlohmann::ordered_json run_document(const TrainOptions& options, const Device& device,
                                    const Sequential& net, const Dataset& train);

/// Keys of run.json: the data_sha256() of the data, and the SHA-256 of the file of --weights. lenet
/// 0.2.0 wrote none.
inline constexpr const char* kDataSha256 = "data_sha256";
inline constexpr const char* kWeightsSha256 = "weights_sha256";

/// Of what lenet recipe prints, beside all options: the preset as a model text.
inline constexpr const char* kNetwork = "network";

/// The text under this key of run.json; "" if there is none.
std::string text_in(const nlohmann::ordered_json& run, const char* key);

/// Throws Error (kBadInput), which names both, unless `run` started from a file of this SHA-256 or
/// does not say.
void require_same_weights(const nlohmann::ordered_json& run, const std::filesystem::path& file,
                          const std::string& sha256);

/// Throws Error (kBadInput), which names both, unless `run` trained on the data of this SHA-256 or
/// does not say. `advice` is what to do.
void require_same_data(const nlohmann::ordered_json& run, const TrainOptions& now,
                       const std::string& sha256, const std::string& advice);

/// What came out: the figures, those of each epoch, and the SHA-256 of the files of weights.
nlohmann::ordered_json result_document(const Report& report, const TrainOptions& options,
                                       const Device& device, const RunFolder& folder);

/// The figures of such a document of this folder, without those that it does not hold: no points,
/// no examples. Throws Error (kBadInput).
Report report_of(const nlohmann::ordered_json& result, const RunFolder& folder);

}  // namespace lenet::cli
