// The network that a run starts with: a new one, one with the weights of a file, or that of the run
// that it goes on with.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "lenet/dataset.h"
#include "lenet/model_file.h"
#include "lenet/random.h"
#include "lenet/sequential.h"
#include "run/run_options.h"

namespace lenet {

struct StartedNetwork {
  Sequential net;    ///< built, with its weights and, unless the run has its own, the normalisation
                     ///< of the file
  std::string name;  ///< short
  std::vector<std::string> class_names;  ///< the data's; where it has none, the file's
};

/// What the file of --weights says beside its weights; nothing without that option, or for weights
/// alone. Throws Error.
std::optional<Model> read_start(const RunOptions& options);

/// Throws Error (kUsage) if that file brings a normalisation, which --no-normalize cannot take
/// away: its weights were trained on standardised pixels.
void require_no_normalization(const RunOptions& options);

/// With initial weights as PyTorch and the chapter draw them, and, if options.weights names a file,
/// that file's in their place: all but the last Linear's with new_head. `file`: read_start()'s.
/// Throws Error, also where the classes are others than the file's and new_head is not given.
StartedNetwork start_network(const RunOptions& options, const std::optional<Model>& file,
                             const Dataset& train, Generator& generator);

/// The network of the run of this record and folder, whose weights are still to come from its
/// checkpoint. Throws Error, kBadInput where the data names other classes than the run, or the same
/// in another order: labels would change their meaning.
StartedNetwork resumed_network(const RunOptions& options, const nlohmann::ordered_json& run,
                               const std::filesystem::path& folder, const Dataset& train,
                               Generator& generator);

/// Notes in a record what resumed_network() cannot find elsewhere.
void record_start(const StartedNetwork& network, nlohmann::ordered_json& run);

/// The network of --teacher, with its outputs in the order of the data's classes; nothing without
/// one. Throws Error: kUsage for one that does not tell these classes apart.
std::optional<Model> read_teacher(const RunOptions& options, const Dataset& train);

}  // namespace lenet
