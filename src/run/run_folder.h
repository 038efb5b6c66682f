// The folder that a training run leaves behind.
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "lenet/animator.h"
#include "lenet/fit.h"
#include "lenet/load_data.h"
#include "run/run_lock.h"

namespace lenet {

/// Where a run writes: model.safetensors, metrics.jsonl, curves.svg, run.json and checkpoints. One
/// run at a time. Nothing of the run is there before begin().
class RunFolder {
 public:
  struct Options {
    std::filesystem::path out;  ///< empty: runs/<UTC time>-<model>, and runs/latest points there
    std::string model;          ///< short name
    bool force = false;         ///< take a folder that holds a run already
    bool stop_on_write_error = false;
    std::int64_t room = 0;  ///< bytes that the run will take
    Note note;              ///< takes what went wrong and does not end the run
  };

  /// Creates the folder. Throws Error: kUsage if it holds a run and force is not given, kIo if it
  /// cannot be written or the disk has no room for the run.
  static RunFolder create(const Options& options);

  /// The folder options.out of a run that goes on, whose metrics.jsonl is to hold these points.
  /// Leaves its files as they are. Throws Error: kUsage if another run writes there, kIo.
  static RunFolder reopen(const Options& options, const std::vector<FitPoint>& points);

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path model_file() const { return path_ / "model.safetensors"; }

  std::filesystem::path averages_file() const { return path_ / "model_ema.safetensors"; }

  /// Writes run.json, with this text, and metrics.jsonl, unless that is done already. Throws Error
  /// (kIo).
  void begin(const std::string& run);
  bool begun() const { return metrics_.has_value(); }

  /// A write in the midst of training. If it fails, the run ends with its Error, or says so and
  /// goes on.
  void attempt(const std::function<void()>& write) const;

  void add_point(const FitPoint& point);  ///< A line of metrics.jsonl, attempted once begun.
  void finish_metrics();                  ///< Lines that could not be written. Throws Error (kIo).

  void write_run(const nlohmann::ordered_json& run) const;  ///< run.json. Throws Error (kIo).
  void write_curves(const Animator& animator) const;        ///< curves.svg. Throws Error (kIo).

 private:
  /// points: null for a new run, which removes the files of one that was there.
  RunFolder(const std::filesystem::path& path, const Options& options,
            const std::vector<FitPoint>* points);

  std::filesystem::path path_;
  RunLock lock_;
  std::string lines_;  ///< of metrics.jsonl, until begin()
  std::optional<LineFile> metrics_;
  bool stop_on_write_error_;
  Note note_;
};

/// The folder of a run that is named by it or by its run.json, without a slash at the end.
std::filesystem::path folder_of_run(const std::filesystem::path& named);

/// The time in UTC: "2026-01-31T12:34:56Z".
std::string utc_now();

}  // namespace lenet
