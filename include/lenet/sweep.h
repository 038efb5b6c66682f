// Many networks trained at once, one a thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "lenet/export.h"
#include "lenet/fit.h"

namespace LENET_PUBLIC lenet {

/// A network to train: its model text, and fit()'s options, of which threads counts for nothing.
struct SweepRun {
  std::string model;
  FitOptions options;
};

/// What became of it.
struct SweepOutcome {
  std::optional<Report> report;  ///< nothing where training threw
  std::string error;             ///< what it threw then
};

/// Trains all networks, each on one thread with Xavier weights from its seed, on data that they
/// share, and calls done(run, outcome) as each ends, one call at a time. Results have the bits that
/// fit() gives. A network that cannot be trained or diverges has an outcome that says so. threads:
/// 0 takes the CPUs that this process may use. A network whose own on_pause stops it ends the
/// sweep: no other begins. Rethrows what done() throws, once the networks under way are trained.
void sweep(std::span<const SweepRun> runs, const Dataset& train, const Dataset& test, int threads,
           const std::function<void(std::int64_t run, const SweepOutcome& outcome)>& done);

}  // namespace lenet
