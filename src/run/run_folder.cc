#include "run/run_folder.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "lenet/error.h"
#include "run/json_document.h"
#include "run/metric_keys.h"
#include "run/out_folder.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRuns = "runs";

[[noreturn]] void fail(const fs::path& path, const std::string& doing, const std::string& why) {
  throw Error(ErrorKind::kIo, fmt::format("{}: {}: {}", path.string(), doing, why));
}

/// A new folder under runs/, and the link runs/latest to it.
fs::path create_default(const std::string& model, const Note& note) {
  const fs::path runs = kRuns;
  create_folder(runs);
  const std::string name =
      fmt::format("{:%Y%m%dT%H%M%SZ}-{}", fmt::gmtime(std::time(nullptr)), model);
  fs::path path = runs / name;
  std::error_code error;
  for (int i = 2; !fs::create_directory(path, error); ++i) {
    if (error) fail(path, "cannot create the folder", error.message());
    path = runs / fmt::format("{}-{}", name, i);
  }
  const fs::path link = runs / "latest", fresh = runs / fmt::format(".latest-{}", ::getpid());
  fs::create_directory_symlink(path.filename(), fresh, error);
  if (!error) fs::rename(fresh, link, error);  // a run is none the worse without the link
  if (!error) return path;
  note(fmt::format("{}: cannot be made a link to this run: {}", link.string(), error.message()));
  fs::remove(fresh, error);
  return path;
}

fs::path create_given(const fs::path& path, bool force) {
  if (holds_sweep(path)) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{}: holds a sweep; choose another --out", path.string()));
  }
  if (!force && holds_run(path)) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format("{}: holds a run already; choose another --out, or --force to replace it",
                    path.string()));
  }
  create_folder(path);
  return path;
}

/// Before anything is made or replaced there is to be room for it.
fs::path created(const RunFolder::Options& o) {
  require_room(existing_part(o.out.empty() ? kRuns : o.out), o.room);
  return o.out.empty() ? create_default(o.model, o.note) : create_given(o.out, o.force);
}

/// Removes the files of a folder that have such a name.
template <class HasName>
void remove_files(const fs::path& folder, const HasName& has_name) {
  std::error_code ignored;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (has_name(entry.path().filename().string())) files.push_back(entry.path());
  }
  for (const fs::path& file : files) fs::remove(file, ignored);
}

/// Whether runs that were killed as they wrote left it of their files.
bool is_partial_file(const std::string& name) {
  const auto is_of = [&](const char* file) { return name.starts_with(std::string(file) + '.'); };
  return name.ends_with(".partial") &&  // as AtomicFile names it
         (is_of(kMetricsFile) || std::ranges::any_of(kWholeFiles, is_of));
}

/// Whether it is one of TensorBoard's.
bool is_event_file(const std::string& name) { return name.starts_with(kEventFiles); }

/// The line of metrics.jsonl.
std::string line_of(const FitPoint& point) {
  nlohmann::ordered_json line = {{"epoch", point.epoch}};
  if (point.train_loss) line["train_loss"] = *point.train_loss;
  put_metric(line, "train", *point.metric, point.train_metric);
  put_metric(line, "test", *point.metric, point.test_metric);
  put_metric(line, "holdout", *point.metric, point.holdout_metric);
  return line.dump() + '\n';
}

std::string lines_of(const std::vector<FitPoint>& points) {
  std::string lines;
  for (const FitPoint& point : points) lines += line_of(point);
  return lines;
}

}  // namespace

RunFolder::RunFolder(const fs::path& path, const Options& options,
                     const std::vector<FitPoint>* points)
    : path_(path),
      lock_(path_),
      lines_(points ? lines_of(*points) : ""),
      stop_on_write_error_(options.stop_on_write_error),
      note_(options.note) {
  remove_files(path_, is_partial_file);
  if (points) return;
  std::error_code ignored;
  for (const char* old : kWholeFiles) fs::remove(path_ / old, ignored);
  fs::remove(path_ / kMetricsFile, ignored);
  remove_files(path_, is_event_file);
}

RunFolder RunFolder::create(const Options& options) {
  return RunFolder(created(options), options, nullptr);
}

RunFolder RunFolder::reopen(const Options& options, const std::vector<FitPoint>& points) {
  return RunFolder(options.out, options, &points);
}

void RunFolder::attempt(const std::function<void()>& write) const {
  try {
    write();
  } catch (const Error& e) {
    if (stop_on_write_error_) throw;
    note_(fmt::format("{}; training goes on, the next save tries again", e.what()));
  }
}

void RunFolder::begin(const std::string& run) {
  if (begun()) return;
  write_file(path_ / "run.json", run);
  metrics_.emplace(path_ / kMetricsFile, lines_);
}

void RunFolder::add_point(const FitPoint& point) {
  if (!begun()) {
    lines_ += line_of(point);
  } else {
    attempt([&] { metrics_->add(line_of(point)); });
  }
}

void RunFolder::finish_metrics() { metrics_->flush(); }

void RunFolder::write_run(const nlohmann::ordered_json& run) const {
  write_file(path_ / "run.json", json_text(run));
}

void RunFolder::write_curves(const Animator& animator) const {
  write_file(path_ / "curves.svg", animator.svg());
}

fs::path folder_of_run(const fs::path& named) {
  std::error_code ignored;
  const bool is_record = named.filename() == "run.json" && fs::is_regular_file(named, ignored);
  if (is_record && !named.has_parent_path()) return fs::current_path();
  return is_record || (!named.has_filename() && named.has_parent_path()) ? named.parent_path()
                                                                         : named;
}

std::string utc_now() {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
}

}  // namespace lenet
