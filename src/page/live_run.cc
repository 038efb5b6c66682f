#include "page/live_run.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "lenet/error.h"
#include "page/low_priority.h"
#include "run/callbacks.h"
#include "run/json_document.h"
#include "run/metric_keys.h"

namespace lenet {
namespace {

constexpr std::size_t kEvents = 8192, kSpare = kEvents / 2;
constexpr std::int64_t kMostSteps = 16384;           ///< rows, before half of them go
constexpr std::int64_t kMostParameters = 4'000'000;  ///< of a network that is copied each epoch

}  // namespace

LiveRun::LiveRun() : events_(kEvents), points_(points_table(kAccuracy)), steps_(steps_table()) {}

LiveRun::~LiveRun() { delete tested_.exchange(nullptr); }

template <class T>
void LiveRun::tell(T what, std::size_t spare) {
  const std::chrono::duration<double> since = std::chrono::steady_clock::now() - start_;
  events_.put({since.count(), std::move(what)}, spare);
}

void LiveRun::follow(RunStart& start) {
  tell(Begin{.folder = start.folder,
             .record = start.record,
             .network = start.net.text(),
             .input = start.net.input_shape(),
             .test = start.test,
             .before = start.before,
             .classes = start.test->class_names(),
             .max_steps = start.fit.max_steps});
  put_before(start.fit.on_step, [this](const StepEvent& e) { tell(e, kSpare); });
  put_before(start.fit.on_point, [this](const FitPoint& p) { tell(p); });
  put_before(start.fit.on_test, [this, &net = start.net](const TestEvent& e) { keep(e, net); });
  put_before(start.fit.on_epoch, [this](const EpochReport& e) { tell(e); });
}

void LiveRun::note(const std::string& sentence) { tell(sentence); }

void LiveRun::end() { tell(End{}); }

void LiveRun::keep(const TestEvent& e, const Sequential& net) {
  if (std::ssize(net.parameters()) > kMostParameters) return;
  const auto copy = [](std::span<const float> values) {
    return std::vector<float>(values.begin(), values.end());
  };
  delete tested_.exchange(new Tested{.epoch = e.epoch,
                                     .predicted = e.evaluation.predicted,
                                     .parameters = copy(net.parameters()),
                                     .buffers = copy(net.buffers()),
                                     .normalization = net.normalization()});
}

bool LiveRun::look() {
  bool changed = false;
  while (std::optional<Event> event = events_.take()) {
    take(*event);
    changed = true;
  }
  if (begin_) take_tested();
  if (steps_.rows() > kMostSteps) steps_.thin();
  return changed;
}

void LiveRun::take(const Event& event) {
  if (const auto* begin = std::get_if<Begin>(&event.what)) take(*begin, event.seconds);
  const auto* note = std::get_if<std::string>(&event.what);
  if (!begin_) {
    if (note) early_.push_back(*note);
    return;
  }
  info_["seconds"] = event.seconds - first_seconds_;
  if (const auto* e = std::get_if<StepEvent>(&event.what)) take(*e, event.seconds);
  if (const auto* p = std::get_if<FitPoint>(&event.what)) take(*p, event.seconds);
  if (const auto* e = std::get_if<EpochReport>(&event.what)) take(*e);
  if (note) info_["notes"].push_back(*note);
  if (const auto* end = std::get_if<End>(&event.what)) take(*end);
}

void LiveRun::take(const Begin& begin, double seconds) {
  begin_ = begin;
  first_seconds_ = seconds;
  RunHistory run = run_of_record(begin.folder, parse_json(begin.record));
  run.state = RunState::kRunning;
  add_points(begin.before, run);
  info_ = page_info(run);
  info_["notes"] = early_;
  info_["test_examples"] = begin.test->size();
  points_ = points_of(run);
}

void LiveRun::take(const StepEvent& e, double seconds) {
  const double step = static_cast<double>((e.epoch - 1) * e.steps + e.step);
  const double all = std::min(info_["epochs"].get<double>() * static_cast<double>(e.steps),
                              static_cast<double>(begin_->max_steps));
  if (!first_step_) first_step_ = step - 1;
  const double here = seconds - first_seconds_;
  info_["steps"] = e.steps;
  info_["epochs_done"] = step / static_cast<double>(e.steps);
  info_["loss"] = json_of(e.train_loss);
  info_["images_per_second"] = json_of(e.examples_per_sec);
  const double done = step - *first_step_;  // none where an epoch has begun again
  info_["seconds_left"] = done > 0 ? Json(here * (all - step) / done) : Json();
  steps_.add({step / static_cast<double>(e.steps), step, here, e.step_loss});
}

void LiveRun::judge_by(const Metric& metric) {
  const std::string key = metric_key("test", metric);
  info_["metric"] = key;
  info_["larger_is_better"] = larger_is_better(key);
}

void LiveRun::take(const FitPoint& p, double seconds) {
  if (points_.rows() == 0) points_ = points_table(*p.metric);
  judge_by(*p.metric);
  const auto steps = info_["steps"].get<double>();
  add_point(p, p.epoch * steps, seconds - first_seconds_, points_);
}

void LiveRun::take(const EpochReport& e) {
  const double value = e.test_metric;
  info_["epochs_done"] = e.epoch;
  info_["last"] = json_of(value);
  const bool best =
      info_["best"].is_null() || better(*e.metric, value, info_["best"].get<double>());
  if (best) info_["best"] = json_of(value);
}

void LiveRun::take(const End&) {
  const RunHistory run = read_run_summary(begin_->folder);
  info_["state"] = to_string(run.state);
  info_["why"] = run.why;
  info_["seconds_left"] = nullptr;
  ended_ = true;
}

void LiveRun::take_tested() {
  const std::unique_ptr<Tested> tested(tested_.exchange(nullptr));
  if (!tested) return;
  newest_ = snapshot_of(std::move(*tested));
  info_["evaluation"] = newest_->epoch;
  weights_.add(newest_->epoch, newest_->net.named_parameters());
}

/// The network of then, in memory of its own.
ModelSnapshot LiveRun::snapshot_of(Tested tested) const {
  Sequential net = Sequential::parse(begin_->network);
  Generator generator(0);
  net.build(begin_->input, generator);
  net.set_normalization(tested.normalization);
  std::ranges::copy(tested.parameters, net.parameters().begin());
  std::ranges::copy(tested.buffers, net.buffers().begin());
  return {.epoch = tested.epoch,
          .net = std::move(net),
          .images = begin_->test,
          .names = begin_->classes,
          .predicted = std::move(tested.predicted)};
}

std::shared_ptr<const ModelSnapshot> LiveRun::snapshot() {
  const bool ready = is_ready(taking_);
  if (ready) snapshot_ = std::make_shared<const ModelSnapshot>(taking_.get());
  if (!taking_.valid()) {
    // While epochs follow one another, one that was asked for is given before the next is begun.
    if (!newest_ || (ready && !ended_)) return snapshot_;
    taking_ = in_background([model = std::move(*newest_)]() mutable {
      complete(model);
      return std::move(model);
    });
    newest_.reset();
  }
  throw StillReading();
}

}  // namespace lenet
