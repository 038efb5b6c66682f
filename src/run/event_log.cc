#include "run/event_log.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "image/sheet.h"
#include "lenet/confusion_matrix.h"
#include "lenet/image.h"
#include "lenet/schedule.h"
#include "run/json_document.h"
#include "run/layer_pictures.h"
#include "run/metric_keys.h"
#include "run/out_folder.h"
#include "run/run_options.h"

namespace lenet {
namespace {

using Json = nlohmann::ordered_json;

double wall_time() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration<double>(since).count();
}

/// events.out.tfevents.SECONDS.HOST.PROCESS.N, as TensorBoard finds it and takes them in order.
std::filesystem::path new_file(const std::filesystem::path& folder) {
  char host[256] = "";
  ::gethostname(host, sizeof host - 1);
  std::string name = printable(host);
  std::ranges::replace(name, '/', '-');
  for (int n = 0;; ++n) {
    std::filesystem::path path =
        folder / fmt::format("{}{:010}.{}.{}.{}", kEventFiles,
                             static_cast<std::int64_t>(wall_time()), name, ::getpid(), n);
    if (!std::filesystem::exists(path)) return path;
  }
}

/// The run's options without the seed: one text for all runs that differ by it alone.
std::string group_of(Json options) {
  options.erase("seed");
  return json_line(options);
}

/// The document as Markdown shows it unchanged.
std::string code_of(const Json& document) {
  std::string text = json_text(document), code = "    ";
  for (const char c : text) code += c == '\n' ? std::string("\n    ") : std::string(1, c);
  return code;
}

/// Rows of labels, columns of what they were taken for, white for all of a class.
Image picture_of(const ConfusionMatrix& confusion) {
  const std::int64_t classes = confusion.classes();
  std::vector<std::uint8_t> parts(static_cast<std::size_t>(classes * classes));
  for (const auto& [pair, count] : confusion.counts()) {
    const double part =
        static_cast<double>(count) / static_cast<double>(confusion.support(pair.first));
    parts[static_cast<std::size_t>(pair.first * classes + pair.second)] =
        static_cast<std::uint8_t>(std::lround(255 * part));
  }
  ImageSheet sheet({.image_shape = {1, classes, classes}, .least_side = 320, .gap = 0}, "", "");
  sheet.place(0, 0, parts.data());
  return sheet.image();
}

/// The messages with which every file begins.
std::vector<std::string> first_events(double wall, const Json& options) {
  return {session_start_event(wall, options, group_of(options)),
          layout_event(wall, {{"loss", "loss/.*"}, {"metric", "(accuracy|label_accuracy|mae)/.*"}}),
          text_event({wall, 0}, "run/options", code_of(options))};
}

std::vector<std::string> point_events(const EventTime& time, const FitPoint& p) {
  const std::string metric = title_key(*p.metric);
  std::vector<std::string> events;
  const auto scalar = [&](const std::string& tag, const std::optional<double>& value) {
    if (value) events.push_back(scalar_event(time, tag, static_cast<float>(*value)));
  };
  scalar("loss/train", p.train_loss);
  scalar(metric + "/train", p.train_metric);
  scalar(metric + "/test", p.test_metric);
  scalar(metric + "/holdout", p.holdout_metric);
  return events;
}

/// Of "2026-01-31T12:34:56Z"; of another text now.
double seconds_of(const std::string& utc) {
  std::tm time = {};
  const char* const end = ::strptime(utc.c_str(), "%Y-%m-%dT%H:%M:%SZ", &time);
  return end && *end == '\0' ? static_cast<double>(::timegm(&time)) : wall_time();
}

std::string image_of(const EventTime& time, const std::string& tag, const Image& image) {
  return image_event(time, tag, encode_png(image), image.shape[2], image.shape[1]);
}

}  // namespace

EventLog::EventLog(const std::filesystem::path& folder, const Json& record, Sequential& net,
                   const FitOptions& fit, const Dataset& test)
    : net_(net),
      fit_(fit),
      test_(test),
      file_(new_file(folder), event_record(version_event(wall_time()))) {
  for (const std::string& event : first_events(wall_time(), run_options(record))) add(event);
}

void EventLog::add(const std::string& message) { file_.add(event_record(message)); }

EventTime EventLog::now(double epoch) const {
  return {wall_time(), std::llround(epoch * static_cast<double>(steps_))};
}

void EventLog::step(const StepEvent& e) {
  if (steps_ == 0 && (e.epoch > 1 || e.step > 1)) {  // of a run that goes on
    add(restart_event({wall_time(), (e.epoch - 1) * e.steps + e.step - 1}));
  }
  steps_ = e.steps;
  rate_ = e.examples_per_sec;
}

void EventLog::point(const FitPoint& p) {
  for (const std::string& event : point_events(now(p.epoch), p)) add(event);
}

void EventLog::test(const TestEvent& e) {
  constexpr std::int64_t kMostDrawn = 100;
  const std::int64_t outputs = element_count(net_.output_shape());
  if (!test_.has_classes() || outputs > kMostDrawn) return;
  const ConfusionMatrix confusion(test_.labels(), e.evaluation.predicted, outputs);
  add(image_of(now(static_cast<double>(e.epoch)), "confusion", picture_of(confusion)));
}

void EventLog::epoch(const EpochReport& e) {
  const EventTime time = now(static_cast<double>(e.epoch));
  const StepCount steps{.total = std::min(fit_.epochs * steps_, fit_.max_steps), .epoch = steps_};
  const double lr =
      learning_rate(fit_.schedule, fit_.lr, std::max<std::int64_t>(0, time.step - 1), steps);
  add(scalar_event(time, "lr", static_cast<float>(lr)));
  add(scalar_event(time, "speed/images_per_second", static_cast<float>(rate_)));
  add_weights(time);
  add_filters(time);
}

void EventLog::add_weights(const EventTime& time) {
  const std::span<const float> all = std::as_const(net_).parameters();
  std::vector<float> update;
  for (const NamedParameter& p : net_.named_parameters()) {
    add(histogram_event(time, "weights/" + p.name, p.values));
    if (last_.empty()) continue;
    const auto first = static_cast<std::size_t>(p.values.data() - all.data());
    update.assign(p.values.begin(), p.values.end());
    for (std::size_t i = 0; i < update.size(); ++i) update[i] -= last_[first + i];
    add(histogram_event(time, "updates/" + p.name, update));
  }
  last_.assign(all.begin(), all.end());
}

void EventLog::add_filters(const EventTime& time) {
  const auto is_filter = [](const NamedParameter& p) {
    return p.info.kind == ParameterInfo::Kind::kWeight && p.info.shape.size() == 4;
  };
  const std::vector<NamedParameter> parameters = net_.named_parameters();
  const auto filter = std::ranges::find_if(parameters, is_filter);
  if (filter == parameters.end()) return;
  const std::string layer = filter->name.substr(0, filter->name.rfind('.'));
  add(image_of(time, "filters/" + filter->name, lenet::picture_of({filter_tiles(net_, layer)})));
}

void EventLog::end(SessionStatus status) {
  add(session_end_event(wall_time(), status));
  file_.flush();
}

bool has_events(const std::filesystem::path& folder) {
  const auto is_events = [](const std::filesystem::directory_entry& entry) {
    return entry.path().filename().string().starts_with(kEventFiles);
  };
  return std::ranges::any_of(std::filesystem::directory_iterator(folder), is_events);
}

void write_events(const RunHistory& run) {
  const double start = seconds_of(run.started);
  const double epoch_seconds = run.epochs_done > 0 ? run.seconds.value_or(0) / run.epochs_done : 0;
  std::string records = event_record(version_event(start));
  const auto add = [&](const std::string& event) { records += event_record(event); };
  for (const std::string& event : first_events(start, run.options)) add(event);
  const std::int64_t steps = std::max<std::int64_t>(1, run.steps);
  for (const FitPoint& p : run.points) {
    const EventTime time = {start + p.epoch * epoch_seconds,
                            std::llround(p.epoch * static_cast<double>(steps))};
    for (const std::string& event : point_events(time, p)) add(event);
  }
  const bool diverged = run.state == RunState::kDiverged;
  add(session_end_event(start + run.seconds.value_or(0),
                        diverged ? SessionStatus::kFailure : SessionStatus::kSuccess));
  write_file(new_file(run.folder), records);
}

}  // namespace lenet
