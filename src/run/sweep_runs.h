// A sweep: many runs that differ in some options, on data that is in memory once.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "lenet/run.h"
#include "run/configuration.h"
#include "run/sweep_table.h"

namespace lenet {

struct SweepRequest {
  Configuration common;                   ///< the options that all runs share
  std::vector<std::string> grid, random;  ///< axes: sweep_axes.h
  std::int64_t trials = 0;                ///< draws of `random`
  std::string metric;                     ///< what is looked for; empty: usual_metric()
  std::filesystem::path out;              ///< its folder; one that holds it already is gone on with
};

struct SweepEnd {
  SweepResults results;          ///< of all runs that have ended
  bool stopped = false;          ///< by settings.stop
  std::int64_t ended = 0, runs;  ///< of those that were missing
};

/// Trains the runs that have no result yet, one a thread, and writes the folder with its table and
/// figure. Of the settings those of RunSettings::out, force and checkpoints count for nothing;
/// `ended` gets a line for each run. Throws Error: kUsage, before anything is made, for axes,
/// options and a metric that make no sense.
SweepEnd run_sweep(const SweepRequest& request, const RunSettings& settings);

}  // namespace lenet
