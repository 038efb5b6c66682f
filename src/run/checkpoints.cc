#include "run/checkpoints.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <system_error>
#include <utility>

#include "base/require.h"
#include "lenet/error.h"
#include "lenet/run.h"
#include "run/option_words.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;

constexpr const char* kNewest = "checkpoint.safetensors";
constexpr const char* kPrevious = "checkpoint.previous.safetensors";

constexpr Word<CheckpointInterval::Unit> kUnits[] = {{"epoch", CheckpointInterval::Unit::kEpochs},
                                                     {"epochs", CheckpointInterval::Unit::kEpochs},
                                                     {"step", CheckpointInterval::Unit::kSteps},
                                                     {"steps", CheckpointInterval::Unit::kSteps},
                                                     {"min", CheckpointInterval::Unit::kMinutes}};

}  // namespace

CheckpointInterval parse_interval(const std::string& text) {
  using Unit = CheckpointInterval::Unit;
  CheckpointInterval interval;
  const char* const end = text.data() + text.size();
  const auto [unit, error] = std::from_chars(text.data(), end, interval.count);
  const std::string_view name(unit, end);
  const auto* found = std::ranges::find(kUnits, name, &Word<Unit>::word);
  const bool known = found != std::end(kUnits);
  if (error != std::errc() || interval.count < 1 || interval.count > 1'000'000'000 || !known) {
    throw Error(ErrorKind::kUsage,
                fmt::format("checkpoint interval '{:.60}': want a whole number above 0 and epoch, "
                            "steps or min, as in 1epoch, 200steps, 10min",
                            text));
  }
  interval.unit = found->value;
  return interval;
}

bool Checkpoints::due(const Pause& pause) const {
  using Unit = CheckpointInterval::Unit;
  const std::int64_t count = options_.every.count;
  switch (options_.every.unit) {
    case Unit::kEpochs:
      return pause.step == 0 && (pause.epoch - 1) % count == 0;
    case Unit::kSteps:
      return steps_since_ >= count;
    case Unit::kMinutes:
      return since_.elapsed() >= 60.0 * static_cast<double>(count);
  }
  unknown("interval's unit");
}

bool Checkpoints::pause(const Pause& pause) {
  steps_since_ += pause.steps;
  const bool stop = options_.stop && options_.stop();
  const bool asked = options_.save && options_.save();
  if (asked || stop || due(pause)) save(pause);
  return !stop;
}

void Checkpoints::save(const Pause& pause) {
  since_.start();
  steps_since_ = 0;
  const fs::path newest = folder_.path() / kNewest;
  folder_.attempt([&] {
    folder_.begin(options_.run);
    std::error_code none;  // before the first there is nothing to keep
    if (!options_.newest_damaged) fs::rename(newest, folder_.path() / kPrevious, none);
    save_checkpoint(newest, {options_.run, pause.state()});
    options_.newest_damaged = false;
  });
}

bool has_checkpoint(const fs::path& folder) {
  std::error_code ignored;
  return fs::exists(folder / kNewest, ignored) || fs::exists(folder / kPrevious, ignored);
}

FoundCheckpoint newest_checkpoint(const fs::path& folder, const Note& note) {
  const fs::path newest = folder / kNewest, previous = folder / kPrevious;
  if (!has_checkpoint(folder)) {
    throw Error(ErrorKind::kIo, fmt::format("{}: not found; only a run that lenet train wrote a "
                                            "checkpoint of can go on",
                                            newest.string()));
  }
  std::string what;
  try {
    return {.checkpoint = load_checkpoint(newest)};
  } catch (const Error& e) {
    what = e.what();
  }
  try {
    Checkpoint checkpoint = load_checkpoint(previous);
    if (note) note(what + "; going on from the checkpoint before it");
    return {.checkpoint = std::move(checkpoint), .newest_damaged = true};
  } catch (const Error& e) {
    throw Error(ErrorKind::kBadInput, fmt::format("{}\nnor the one before: {}", what, e.what()));
  }
}

}  // namespace lenet
