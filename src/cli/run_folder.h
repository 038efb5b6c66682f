// The folder that a training run leaves behind.
#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "cli/run_lock.h"
#include "lenet/animator.h"
#include "lenet/fit.h"

namespace lenet::cli {

/// Where a run writes: model.safetensors, metrics.jsonl, curves.svg, run.json and checkpoints. One
/// run at a time.
class RunFolder {
 public:
  struct Options {
    std::filesystem::path out;  ///< empty: runs/<UTC time>-<model>, and runs/latest points there
    std::string model;          ///< short name
    bool force = false;         ///< take a folder that holds a run already
  };

  /// Creates the folder. Throws Error: kUsage if it holds a run and force is not given, kIo if it
  /// cannot be written.
  explicit RunFolder(const Options& options);

  /// The folder of a run that goes on: metrics.jsonl holds these points. Throws Error: kUsage if
  /// another run writes there, kIo.
  RunFolder(const std::filesystem::path& path, const std::vector<FitPoint>& points);

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path model_file() const { return path_ / "model.safetensors"; }

  std::filesystem::path averages_file() const { return path_ / "model_ema.safetensors"; }

  /// Appends a line to metrics.jsonl. Throws Error (kIo).
  void add_point(const FitPoint& point);

  void write_run(const nlohmann::ordered_json& run) const;  ///< run.json. Throws Error (kIo).
  void write_curves(const Animator& animator) const;        ///< curves.svg. Throws Error (kIo).

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  void open_metrics();

  std::filesystem::path path_;
  RunLock lock_;
  std::unique_ptr<std::FILE, Close> metrics_;
};

/// The time in UTC: "2026-01-31T12:34:56Z".
std::string utc_now();

}  // namespace lenet::cli
