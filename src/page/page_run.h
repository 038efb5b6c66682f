// A run as the page shows it, be it trained here or read from its folder.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "page/model_snapshot.h"
#include "page/page_table.h"
#include "page/weight_history.h"
#include "run/run_history.h"

namespace lenet {

/// All is of the server's thread.
class PageRun {
 public:
  virtual ~PageRun() = default;

  /// Takes in what has come since the last time: whether info() or a table has changed.
  virtual bool look() = 0;

  /// web/src/source.ts: RunInfo, without "id" and "tables"; null while there is none.
  virtual const nlohmann::ordered_json& info() const = 0;

  /// The chapter's points. points_so_far() has none that would have to be read for it.
  virtual const PageTable& points() = 0;
  virtual const PageTable& points_so_far() const = 0;

  /// The loss of each minibatch; empty where it is not known.
  virtual const PageTable& steps() const = 0;

  /// How the weights moved, as far as that is known.
  virtual const WeightHistory& weights() = 0;

  /// The network after the newest epoch that was evaluated; null: there is none yet. May take its
  /// time, and then throws StillReading until it is there. Throws Error: why there is none.
  virtual std::shared_ptr<const ModelSnapshot> snapshot() = 0;

  /// Lets go of what snapshot() gave and can give again.
  virtual void forget() {}

  /// What snapshot() gave last; null: nothing yet.
  virtual std::shared_ptr<const ModelSnapshot> last_snapshot() const = 0;
};

/// Something is being made ready by another thread: ask again.
struct StillReading {};

/// RunInfo of what a folder says.
nlohmann::ordered_json page_info(const RunHistory& run);

/// RunInfo of a run, the `id`-th of those shown. Of a table that is read when it is asked for the
/// number of rows is the least that it has.
nlohmann::ordered_json run_info(std::size_t id, const PageRun& run);

/// The document behind {"run": id}.
nlohmann::ordered_json with_run(std::size_t id, const nlohmann::ordered_json& document);

/// web/src/source.ts: Rows, by PageTable::part().
nlohmann::ordered_json rows_of(std::size_t id, const char* name, const PageTable& table,
                               std::int64_t from, std::int64_t most);

/// The points of a run, with their steps where these are known.
PageTable points_of(const RunHistory& run);

/// Tables without rows, of a run that is judged by this metric.
PageTable points_table(const Metric& metric);
PageTable steps_table();

/// A row of the first. step, seconds: nothing where not known.
void add_point(const FitPoint& point, std::optional<double> step, std::optional<double> seconds,
               PageTable& points);

}  // namespace lenet
