// The options of a run as a document, and what fit() takes of them.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "lenet/dataset.h"
#include "lenet/run.h"

namespace lenet {

inline constexpr const char* kUsualModel = "lenet";

/// All options under their names, "-" written as "_", as read_options() takes them.
nlohmann::ordered_json options_document(const RunOptions& options);

/// Sets those that the document names; values may also be texts as on the command line, or lists of
/// them. `where` it is from, for messages. Throws Error (kUsage) for a name that is not an option,
/// or a value that is out of range.
void read_options(const nlohmann::ordered_json& document, const std::string& where,
                  RunOptions& options);

/// The options among what run.json holds.
nlohmann::ordered_json run_options(const nlohmann::ordered_json& run);

/// Lowers a batch size that may be lowered to the images of `train` that are not set aside, if they
/// are fewer; whether it did.
bool fall_to_data(const Dataset& train, RunOptions& options);

/// Where no loss is named and the targets are rows: sets bce for targets that are all 0 or 1, else
/// mse; whether it did.
bool settle_loss(const Dataset& train, RunOptions& options);

/// "targets: 3 numbers an image, loss mse; --loss names another".
std::string loss_text(const Dataset& train, LossFunction loss);

/// What fit() takes of them. Throws Error: kUsage, and kFailed for a device that cannot be used.
FitOptions fit_options(const RunOptions& options);

}  // namespace lenet
