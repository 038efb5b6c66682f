#include "page/page_run.h"

#include <algorithm>
#include <string_view>

#include "base/text.h"
#include "run/json_document.h"
#include "run/metric_keys.h"

namespace lenet {
using Json = nlohmann::ordered_json;

namespace {

/// A word of a shell's, whatever the characters of the path.
std::string shell_word(const std::string& path) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-";
  if (!path.starts_with('-') && path.find_first_not_of(kPlain) == path.npos) return path;
  return (path.starts_with('-') ? "./" : "") + shell_quoted(path);
}

}  // namespace

Json page_info(const RunHistory& run) {
  const std::string metric = metric_key("test", *run.metric);
  return {{"name", run.name},
          {"folder", run.folder.string()},
          {"state", to_string(run.state)},
          {"why", run.why},
          {"note", run.note},
          {"started", run.started},
          {"model", run.model},
          {"data", run.data},
          {"device", run.device},
          {"metric", metric},
          {"larger_is_better", larger_is_better(metric)},
          {"epochs", run.epochs},
          {"epochs_done", run.epochs_done},
          {"steps", run.steps},
          {"test_examples", 0},
          {"loss", json_of(run.points.empty() ? std::nullopt : run.points.back().train_loss)},
          {"best", json_of(run.best)},
          {"last", json_of(run.last)},
          {"images_per_second", nullptr},
          {"seconds", json_of(run.seconds)},
          {"seconds_left", nullptr},
          {"command", "lenet reproduce " + shell_word(run.folder.string())},
          {"options", run.options},
          {"notes", Json::array()},
          {"evaluation", 0}};
}

Json run_info(std::size_t id, const PageRun& run) {
  const auto extent = [](const PageTable& table, std::int64_t least) -> Json {
    return {{"version", table.version()}, {"rows", std::max(table.rows(), least)}};
  };
  Json info = {{"id", id}};
  info.update(run.info());
  const std::int64_t begun = info["epochs_done"] > 0 ? 1 : 0;
  info["tables"] = {{"points", extent(run.points_so_far(), begun)},
                    {"steps", extent(run.steps(), 0)}};
  return info;
}

Json with_run(std::size_t id, const Json& document) {
  Json whole = {{"run", id}};
  whole.update(document);
  return whole;
}

Json rows_of(std::size_t id, const char* name, const PageTable& table, std::int64_t from,
             std::int64_t most) {
  Json rows = {{"table", name}};
  rows.update(table.part(from, most));
  return with_run(id, rows);
}

PageTable points_table(const Metric& metric) {
  std::vector<std::string> columns = {"epoch", "step", "seconds", "train_loss"};
  for (const char* set : {"train", "test", "holdout"}) columns.push_back(metric_key(set, metric));
  return PageTable(columns);
}

PageTable steps_table() { return PageTable({"epoch", "step", "seconds", "batch_loss"}); }

PageTable points_of(const RunHistory& run) {
  PageTable points = points_table(*run.metric);
  for (const FitPoint& p : run.points) {
    const std::optional<double> step =
        run.steps > 0 ? std::optional(p.epoch * static_cast<double>(run.steps)) : std::nullopt;
    add_point(p, step, {}, points);
  }
  return points;
}

void add_point(const FitPoint& p, std::optional<double> step, std::optional<double> seconds,
               PageTable& points) {
  points.add(
      {p.epoch, step, seconds, p.train_loss, p.train_metric, p.test_metric, p.holdout_metric});
}

}  // namespace lenet
