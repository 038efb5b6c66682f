// The checkpoints of a run: when they are written, where, and the newest that is whole.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "lenet/checkpoint.h"
#include "lenet/timer.h"
#include "run/run_folder.h"

namespace lenet {

/// "1epoch", "200steps", "10min": a number and a unit.
struct CheckpointInterval {
  enum class Unit { kEpochs, kSteps, kMinutes };

  std::int64_t count = 1;
  Unit unit = Unit::kEpochs;
};

/// Throws Error (kUsage).
CheckpointInterval parse_interval(const std::string& text);

/// Writes checkpoint.safetensors into a run's folder, which begins with the first, and keeps the
/// one before it.
class Checkpoints {
 public:
  struct Options {
    CheckpointInterval every;
    std::string run;                             ///< what run.json holds
    bool newest_damaged = false;                 ///< the one there is not worth keeping
    std::function<bool()> save = {}, stop = {};  ///< whether somebody asks to, if given
  };

  Checkpoints(RunFolder& folder, const Options& options) : folder_(folder), options_(options) {}

  /// What fit() asks between two steps: saves if it is time to or somebody asks, and returns false
  /// if somebody asks to stop. A write that fails is RunFolder::attempt's to judge.
  bool pause(const Pause& pause);

 private:
  bool due(const Pause& pause) const;
  void save(const Pause& pause);

  RunFolder& folder_;
  Options options_;
  Timer since_;  ///< the last one
  std::int64_t steps_since_ = 0;
};

struct FoundCheckpoint {
  Checkpoint checkpoint;
  bool newest_damaged = false;  ///< it is the one before
};

/// The newest checkpoint of a folder that is whole; `note` is told if that is not the newest.
/// Throws Error: kBadInput if none is whole, kIo if there is none.
FoundCheckpoint newest_checkpoint(const std::filesystem::path& folder, const Note& note);

}  // namespace lenet
