// A run made again from its record, and what came out beside what came out then.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "lenet/run.h"

namespace lenet {

struct Comparison {
  std::string what, before, now;
  bool same() const { return before == now; }
};

struct Reproduction {
  std::filesystem::path folder, out;  ///< of the run, and of its repetition
  bool stopped = false;               ///< the repetition, by settings.stop: nothing is compared
  std::vector<Comparison> compared = {};
  std::vector<std::string> reasons = {};  ///< what the two do not share and could be the reason

  bool same() const;
};

/// Repeats the run of this folder, which has ended. data: where its data lies now; "": where it
/// lay. settings.out: empty for the folder's name and "-reproduced". Throws Error: kBadInput for a
/// folder without such a run, and what train_run() throws.
Reproduction reproduce_run(const std::filesystem::path& folder, const std::string& data,
                           int threads, RunSettings settings);

}  // namespace lenet
