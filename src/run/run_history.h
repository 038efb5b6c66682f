// What the folders of runs say, whoever wrote them: nothing in them is taken on trust.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "lenet/fit.h"

namespace lenet {

enum class RunState { kRunning, kStopped, kFinished, kStoppedEarly, kDiverged, kDamaged };

/// "running", "stopped", "finished", "stopped early", "diverged", "damaged".
const char* to_string(RunState state);

/// A run as it is on the disk now.
struct RunHistory {
  std::filesystem::path folder;
  std::string name = {};                ///< --name, else that of the folder
  std::string note = {}, started = {};  ///< started: UTC, "2026-01-31T12:34:56Z"
  std::string model = {};               ///< preset, or the model text
  std::string data = {};                ///< path or name
  std::string device = {};              ///< "cpu", "cuda:0"
  RunState state = RunState::kDamaged;
  std::string why = {};  ///< of a run that diverged, or cannot be read
  nlohmann::ordered_json options = nlohmann::ordered_json::object();  ///< those of run.json
  const Metric* metric = &kAccuracy;
  std::int64_t epochs = 0;  ///< asked for
  std::int64_t steps = 0;   ///< an epoch; 0: not known
  double epochs_done = 0;
  std::vector<FitPoint> points = {};           ///< of metrics.jsonl, in order; for read_run() alone
  std::optional<double> last = {}, best = {};  ///< the test metric of epochs
  std::optional<double> seconds = {};          ///< of a run that has ended
};

/// What run.json says of a run before it has ended, without its state. Throws nothing: what is not
/// there, or is none, stays empty.
RunHistory run_of_record(const std::filesystem::path& folder, const nlohmann::ordered_json& record);

/// Adds points of the run, and what they say of it.
void add_points(const std::vector<FitPoint>& points, RunHistory& run);

/// The steps of an epoch, where the record says enough; else 0.
std::int64_t steps_of_epoch(const nlohmann::ordered_json& record);

/// The run of a folder. One whose files cannot be read, or are no run's, is kDamaged and says why.
RunHistory read_run(const std::filesystem::path& folder);

/// The same without points, which for a run that has ended takes its run.json alone.
RunHistory read_run_summary(const std::filesystem::path& folder);

/// What tells whether anything of a run has changed: taken before it is read, so that what comes in
/// between is seen the next time.
struct RunStamp {
  std::uintmax_t size = 0;                    ///< of metrics.jsonl
  std::filesystem::file_time_type time = {};  ///< of run.json

  explicit RunStamp(const std::filesystem::path& folder);
  bool operator==(const RunStamp&) const = default;
};

/// "b" of "a/b" and of "a/b/".
std::string name_of_folder(const std::filesystem::path& folder);

/// Throws Error (kBadInput): why a run cannot be read.
[[noreturn]] void throw_damaged(const RunHistory& run);

/// The folders of runs in `root`, itself among them, by their names. Links are not followed, and no
/// folder is entered that holds a run. Throws Error (kIo) if it cannot be read, kUsage for more
/// folders than a list is for.
std::vector<std::filesystem::path> find_runs(const std::filesystem::path& root);

}  // namespace lenet
