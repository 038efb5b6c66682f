// What run.json says of a run, and what --json prints.
#pragma once

#include <nlohmann/json.hpp>

#include "cli/run_folder.h"
#include "cli/train_options.h"
#include "lenet/device.h"
#include "lenet/fit.h"

namespace lenet::cli {

/// What repeats the run: every option, the model's text, and what it ran on.
nlohmann::ordered_json run_document(const TrainOptions& options, const Device& device,
                                    const Sequential& net, const Dataset& train);

/// What came out: the figures, those of each epoch, and the SHA-256 of the files of weights.
nlohmann::ordered_json result_document(const Report& report, const TrainOptions& options,
                                       const Device& device, const RunFolder& folder);

}  // namespace lenet::cli
