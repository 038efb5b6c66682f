#include "run/run_history.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <system_error>

#include "base/file.h"
#include "base/text.h"
#include "lenet/error.h"
#include "lenet/sequential.h"
#include "run/json_document.h"
#include "run/metric_keys.h"
#include "run/out_folder.h"
#include "run/run_lock.h"
#include "run/run_options.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::int64_t kMostSummaryBytes = std::int64_t{16} << 20,
                       kMostPointBytes = std::int64_t{128} << 20;
constexpr double kMostEpochs = 1e15;  // and images
constexpr std::size_t kMostOfLine = 4096;

/// A number that is finite, under a key of an object.
std::optional<double> number_in(const Json& object, const std::string& key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number()) return {};
  const double value = found->get<double>();
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

/// A number of that kind, from 0 on, as far as it is of use.
std::int64_t whole_in(const Json& object, const std::string& key) {
  return static_cast<std::int64_t>(
      std::clamp(number_in(object, key).value_or(0), 0.0, kMostEpochs));
}

/// The preset whose text this is; else the text.
std::string preset_of(const std::string& text) {
  static const std::vector<std::pair<std::string, std::string>> presets = [] {
    std::vector<std::pair<std::string, std::string>> all;
    for (const std::string& name : preset_names())
      all.emplace_back(make_preset(name)->text(), name);
    return all;
  }();
  const auto found = std::ranges::find(presets, text, &std::pair<std::string, std::string>::first);
  return found == presets.end() ? text : found->second;
}

/// Throws Error (kBadInput) for a file that is no JSON object.
Json object_in(const fs::path& file) {
  std::string why;
  Json document = parse_json(read_file(file, kMostSummaryBytes), &why);
  if (document.is_object()) return document;
  throw Error(ErrorKind::kBadInput,
              fmt::format("{}: {}, want a JSON object", file.string(),
                          document.is_discarded() ? why : document.type_name()));
}

/// A line of metrics.jsonl; nothing for one that is none.
std::optional<FitPoint> point_of(const Json& line) {
  if (!line.is_object()) return {};
  const std::optional<double> epoch = number_in(line, "epoch");
  if (!epoch || *epoch < 0 || *epoch > kMostEpochs) return {};
  FitPoint point{.epoch = *epoch};
  for (const char* set : {"holdout", "test", "train"}) {
    const Metric& metric = metric_of(line, set);
    if (line.contains(metric_key(set, metric))) point.metric = &metric;
  }
  const auto value = [&](const char* set) {
    return number_in(line, metric_key(set, *point.metric));
  };
  point.train_loss = number_in(line, "train_loss");
  point.train_metric = value("train");
  point.test_metric = value("test");
  point.holdout_metric = value("holdout");
  return point;
}

/// The points of metrics.jsonl; a last line that is not whole is left out, as it is being written.
/// Throws Error (kBadInput) for another line that is no point.
std::vector<FitPoint> points_in(const fs::path& file) {
  std::vector<FitPoint> points;
  std::error_code ignored;
  if (!fs::exists(fs::symlink_status(file, ignored))) return points;  // it has just begun
  const std::string text = read_file(file, kMostPointBytes);
  for (std::size_t first = 0, end; (end = text.find('\n', first)) != text.npos; first = end + 1) {
    std::optional<FitPoint> point;
    if (end - first <= kMostOfLine) point = point_of(parse_json(text.substr(first, end - first)));
    if (!point) {
      throw Error(
          ErrorKind::kBadInput,
          fmt::format("{}: a line that is no point of a run: {:.60}", file.string(),
                      printable(text.substr(first, std::min<std::size_t>(end - first, 60)))));
    }
    points.push_back(*point);
  }
  return points;
}

void add_test_metric(double value, RunHistory& run) {
  run.last = value;
  if (!run.best || better(*run.metric, value, *run.best)) run.best = value;
}

/// What "result" says of the epochs.
void take_result(const Json& result, RunHistory& run) {
  run.metric = &metric_of(result, "test");
  run.seconds = number_in(result, "wall_seconds");
  const auto epochs = result.find("epochs");
  if (epochs == result.end() || !epochs->is_array()) return;
  for (const Json& epoch : *epochs) {
    if (!epoch.is_object()) continue;
    if (const auto value = number_in(epoch, metric_key("test", *run.metric)))
      add_test_metric(*value, run);
    run.epochs_done = std::max(run.epochs_done, number_in(epoch, "epoch").value_or(0));
  }
}

void read_record(RunHistory& run, bool with_points) {
  const bool running = is_locked(run.folder);  // before all that its end may change
  const Json record = object_in(run.folder / "run.json");
  run = run_of_record(run.folder, record);
  const auto result = record.find("result");
  const bool ended = result != record.end() && result->is_object();
  if (with_points || !ended) add_points(points_in(run.folder / kMetricsFile), run);
  if (ended && !with_points) take_result(*result, run);
  if (ended && with_points) run.seconds = number_in(*result, "wall_seconds");
  run.why = text_in(record, "diverged");
  run.state = running                                  ? RunState::kRunning
              : !run.why.empty()                       ? RunState::kDiverged
              : !ended                                 ? RunState::kStopped
              : text_in(*result, "early_stop").empty() ? RunState::kFinished
                                                       : RunState::kStoppedEarly;
}

RunHistory read(const fs::path& folder, bool with_points) {
  RunHistory run{.folder = folder, .name = name_of_folder(folder)};
  try {
    read_record(run, with_points);
  } catch (const Error& e) {
    run.state = RunState::kDamaged;
    run.why = e.what();
  }
  return run;
}

void find_below(const fs::path& folder, int depth, std::vector<fs::path>& found) {
  constexpr int kMostDepth = 4;
  constexpr std::size_t kMostRuns = 100'000;
  std::error_code error;
  if (fs::is_regular_file(folder / "run.json", error)) {
    if (found.size() == kMostRuns) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("more than {} runs; name a folder with less of them", kMostRuns));
    }
    return found.push_back(folder);
  }
  if (depth == kMostDepth) return;
  std::vector<fs::path> folders;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    std::error_code ignored;
    if (entry->symlink_status(ignored).type() == fs::file_type::directory)
      folders.push_back(entry->path());
  }
  if (error && depth == 0) {
    throw Error(ErrorKind::kIo, fmt::format("{}: {}", folder.string(), error.message()));
  }
  std::ranges::sort(folders);
  for (const fs::path& below : folders) find_below(below, depth + 1, found);
}

}  // namespace

const char* to_string(RunState state) {
  switch (state) {
    case RunState::kRunning:
      return "running";
    case RunState::kStopped:
      return "stopped";
    case RunState::kFinished:
      return "finished";
    case RunState::kStoppedEarly:
      return "stopped early";
    case RunState::kDiverged:
      return "diverged";
    case RunState::kDamaged:
      return "damaged";
  }
  return "";
}

RunHistory run_of_record(const fs::path& folder, const Json& record) {
  RunHistory run{.folder = folder, .name = name_of_folder(folder)};
  if (const std::string name = text_in(record, "name"); !name.empty()) run.name = name;
  run.note = text_in(record, "note");
  run.started = text_in(record, "started");
  run.model = preset_of(text_in(record, "model"));
  run.data = text_in(record, "data");
  run.device = text_in(record, "device");
  run.options = run_options(record);
  run.epochs = whole_in(record, "epochs");
  run.steps = steps_of_epoch(record);
  return run;
}

void add_points(const std::vector<FitPoint>& points, RunHistory& run) {
  for (const FitPoint& point : points) {
    run.epochs_done = std::max(run.epochs_done, point.epoch);
    if (!point.test_metric) continue;
    run.metric = point.metric;
    add_test_metric(*point.test_metric, run);
  }
  run.points.insert(run.points.end(), points.begin(), points.end());
}

std::int64_t steps_of_epoch(const Json& record) {
  const std::int64_t images = whole_in(record, "images"), batch = whole_in(record, "batch_size");
  const bool all = number_in(record, "holdout").value_or(0) == 0;  // else it goes class by class
  return all && batch > 0 ? (images + batch - 1) / batch : 0;
}

RunHistory read_run(const fs::path& folder) { return read(folder, true); }

RunHistory read_run_summary(const fs::path& folder) { return read(folder, false); }

RunStamp::RunStamp(const fs::path& folder) {
  std::error_code ignored;
  size = fs::file_size(folder / kMetricsFile, ignored);
  time = fs::last_write_time(folder / "run.json", ignored);
}

std::string name_of_folder(const fs::path& folder) {
  const fs::path named = folder.has_filename() ? folder : folder.parent_path();
  return named.filename().string();
}

void throw_damaged(const RunHistory& run) {
  throw Error(ErrorKind::kBadInput, fmt::format("{}: {}", run.folder.string(), run.why));
}

std::vector<fs::path> find_runs(const fs::path& root) {
  std::vector<fs::path> found;
  find_below(root, 0, found);
  return found;
}

}  // namespace lenet
