// A run as TensorBoard shows it, written beside the run's own files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "io/event_file.h"
#include "lenet/fit.h"
#include "run/run_history.h"

namespace lenet {

/// Grows while a run trains: the curves, the rate, histograms of the weights and of what an epoch
/// has changed in them, the first filters, the confusion, the options. All throw Error (kIo).
class EventLog {
 public:
  /// record: the run's run.json. Begins a file; the first step of a run that goes on says from
  /// where on it holds. Refers to net, fit and test.
  EventLog(const std::filesystem::path& folder, const nlohmann::ordered_json& record,
           Sequential& net, const FitOptions& fit, const Dataset& test);

  void step(const StepEvent& e);
  void point(const FitPoint& p);
  void test(const TestEvent& e);
  void epoch(const EpochReport& e);
  void end(SessionStatus status);

 private:
  void add(const std::string& message);
  EventTime now(double epoch) const;
  void add_weights(const EventTime& time);
  void add_filters(const EventTime& time);

  Sequential& net_;
  const FitOptions& fit_;
  const Dataset& test_;
  LineFile file_;
  std::int64_t steps_ = 0;   ///< an epoch
  double rate_ = 0;          ///< images a second
  std::vector<float> last_;  ///< parameters at the end of the epoch before
};

bool has_events(const std::filesystem::path& folder);

/// The curves and options of a run that has ended, into a file in its folder. Times between its
/// beginning and its end are even parts; a step is an epoch where the record does not say how many
/// steps it has. Throws Error (kIo).
void write_events(const RunHistory& run);

}  // namespace lenet
