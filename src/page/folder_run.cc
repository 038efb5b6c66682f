#include "page/folder_run.h"

#include <algorithm>
#include <utility>

#include "lenet/trainer.h"
#include "page/low_priority.h"
#include "run/model_data.h"
#include "run/out_folder.h"
#include "run/run_lock.h"

namespace lenet {
namespace {

using Clock = std::chrono::steady_clock;

/// The saved model of a run and what it says of its data's test images.
ModelSnapshot read_snapshot(const std::filesystem::path& folder, std::int64_t epoch) {
  constexpr int kThreads = 1;
  LoadSettings settings;
  settings.threads = kThreads;
  settings.note = [](const std::string&) {};
  ModelOptions model;
  model.path = folder.string();
  ModelOnData on = open_model_on_data(model, {}, settings);
  std::vector<std::int32_t> predicted = evaluate(on.model.net, on.images(), kThreads).predicted;
  Dataset& images = on.test.size() > 0 ? on.test : on.train;
  ModelSnapshot test = {.epoch = epoch,
                        .net = std::move(on.model.net),
                        .images = std::make_shared<const Dataset>(std::move(images)),
                        .names = std::move(on.model.class_names),
                        .predicted = std::move(predicted)};
  complete(test);
  return test;
}

}  // namespace

FolderRun::FolderRun(const std::filesystem::path& folder)
    : folder_(folder), stamp_(folder), points_(points_table(kAccuracy)), steps_(steps_table()) {
  begin_reading();
  take_read();
}

/// A run that goes on is looked at ten times a second, but for no more than a tenth of the time.
bool FolderRun::look() {
  constexpr std::chrono::milliseconds kPause{100};
  constexpr std::chrono::seconds kLongPause{5};
  constexpr int kShare = 10;
  if (reading_.valid()) return take_read();
  const Clock::time_point now = Clock::now();
  if (now < next_) return false;
  const RunStamp stamp(folder_);
  const bool changed = stamp != stamp_ || is_locked(folder_) != running_;
  if (changed) {
    stamp_ = stamp;
    begin_reading();
  }
  const bool taken = changed && take_read();
  const Clock::duration least = running_ ? Clock::duration(kPause) : Clock::duration(kLongPause);
  next_ = Clock::now() + std::max(least, kShare * (Clock::now() - now));
  return taken;
}

/// Of many points by another thread: the server has other runs to show.
void FolderRun::begin_reading() {
  constexpr std::uintmax_t kFew = std::uintmax_t{4} << 20;  // bytes, which take a tenth of a second
  const auto read = [folder = folder_, all = asked_] {
    return all ? read_run(folder) : read_run_summary(folder);
  };
  std::error_code ignored;
  const std::uintmax_t bytes = std::filesystem::file_size(folder_ / kMetricsFile, ignored);
  reading_ =
      !ignored && bytes > kFew ? in_background(read) : std::async(std::launch::deferred, read);
}

/// Whether there is something to take.
bool FolderRun::take_read() {
  if (reading_.wait_for(std::chrono::seconds(0)) == std::future_status::timeout) return false;
  take(reading_.get());
  return true;
}

void FolderRun::take(const RunHistory& run) {
  running_ = run.state == RunState::kRunning;
  info_ = page_info(run);
  std::error_code ignored;
  const bool saved =
      !running_ && std::filesystem::is_regular_file(folder_ / "model.safetensors", ignored);
  info_["evaluation"] = saved ? static_cast<std::int64_t>(run.epochs_done) : 0;
  if (asked_ || !run.points.empty()) points_.become(points_of(run));
}

const PageTable& FolderRun::points() {
  const bool read_already = asked_ || points_.rows() > 0;
  asked_ = true;
  if (!read_already && !reading_.valid()) begin_reading();
  if (reading_.valid() && !take_read()) throw StillReading();
  return points_;
}

std::shared_ptr<const ModelSnapshot> FolderRun::snapshot() {
  const auto epoch = info_["evaluation"].get<std::int64_t>();
  if (epoch == 0) return nullptr;
  if (is_ready(taking_)) take_snapshot();
  if (snapshot_of_ == stamp_) {
    if (failure_) throw *failure_;
    return snapshot_;
  }
  if (!taking_.valid()) {
    taking_of_ = stamp_;
    taking_ = in_background([folder = folder_, epoch] { return read_snapshot(folder, epoch); });
  }
  throw StillReading();
}

void FolderRun::take_snapshot() {
  snapshot_of_ = taking_of_;
  failure_.reset();
  try {
    snapshot_ = std::make_shared<const ModelSnapshot>(taking_.get());
    weights_ = {};
    weights_.add(snapshot_->epoch, snapshot_->parameters);
  } catch (const Error& e) {
    snapshot_.reset();
    failure_ = e;
  }
}

void FolderRun::forget() {
  snapshot_.reset();
  snapshot_of_.reset();
}

}  // namespace lenet
