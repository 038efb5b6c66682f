// A run that goes on from its newest checkpoint.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "lenet/checkpoint.h"
#include "lenet/run.h"

namespace lenet {

struct Resumption {
  RunOptions options;                ///< the run's own, but for those changed
  nlohmann::ordered_json run;        ///< its run.json when the checkpoint was written
  nlohmann::ordered_json result;     ///< that of run.json now; null for a run that has not ended
  std::vector<std::string> changed;  ///< keys of the options that differ from the run's
  bool newest_damaged = false;       ///< the state is of the checkpoint before the newest
  FitState state;
};

/// What --allow-change takes: options that mean the same for the steps to come as for those made,
/// whatever they were before. Others would make the run neither the old one nor the new one: they
/// draw or shape its network, choose its images or make what its optimizer keeps.
const std::vector<std::string>& changeable_options();

/// Puts an option among those that were changed while the run went, once.
void add_change(nlohmann::ordered_json& run, const std::string& key);

/// Reads the newest checkpoint of `folder`. The options `given` replace the run's:
/// the number of threads freely, the place of the data where the run knows what it was (which is
/// for train_run() to check), any other only if `allow_change` names it. Throws Error: kUsage for
/// one that it does not, and what newest_checkpoint() throws.
Resumption read_resumption(const std::filesystem::path& folder, const nlohmann::ordered_json& given,
                           const std::vector<std::string>& allow_change, const Note& note);

/// Whether the run has ended and no step is left to train. Throws Error (kUsage) if its state does
/// not fit network and options, or if it has not ended, but could not train with what has changed.
bool is_finished(const Resumption& from, const Sequential& net, const FitOptions& options,
                 const CheckedFit& checked, const std::string& data_sha256);

}  // namespace lenet
