// What a sweep has found, as a table, a CSV file and a figure.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "run/compare.h"

namespace lenet {

/// Results by run: "options", and either "error" or the figures and "test_accs" (or what
/// else the metric is called), one an epoch.
using SweepResults = std::map<std::int64_t, nlohmann::ordered_json>;

/// The figures of a run that a table can be sorted by.
const std::vector<std::string>& sweep_figures();

/// A line a run, in the order of the sweep: no time, so that it has the same bytes every time.
std::string sweep_csv(const SweepResults& results);

/// The test set's metric by epoch, the runs that differ by the seed alone in one group.
std::vector<CurveGroup> sweep_curves(const SweepResults& results);

/// Their figure; empty if no run has a curve.
std::string sweep_svg(const SweepResults& results);

/// Runs that differ in nothing but the seed.
struct Group {
  std::string options;
  std::vector<double> values;
  std::int64_t failed = 0;

  double mean() const;
  double deviation() const;  ///< of the sample; 0 for one value
};

/// "test_acc", or what else the runs' loss is judged by.
std::string usual_metric(const SweepResults& results);

/// The best first. Throws Error (kUsage) for a metric that no run with a result has.
std::vector<Group> groups_of(const SweepResults& results, const std::string& metric);

nlohmann::ordered_json table_document(const std::vector<Group>& groups);

}  // namespace lenet
