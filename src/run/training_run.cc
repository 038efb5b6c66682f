#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include "lenet/error.h"
#include "lenet/live.h"
#include "lenet/model_file.h"
#include "lenet/split.h"
#include "lenet/timer.h"
#include "run/auto_device.h"
#include "run/callbacks.h"
#include "run/chance_level.h"
#include "run/checkpoints.h"
#include "run/data_options.h"
#include "run/event_log.h"
#include "run/json_document.h"
#include "run/model_data.h"
#include "run/run_ending.h"
#include "run/run_folder.h"
#include "run/run_inputs.h"
#include "run/run_options.h"
#include "run/run_record.h"
#include "run/run_request.h"
#include "run/start_network.h"
#include "train/fit_options.h"

namespace lenet {
namespace {

using Json = nlohmann::ordered_json;

StartedNetwork network_of(const RunRequest& r, const RunOptions& options, const RunInputs& inputs,
                          Generator& generator) {
  const Dataset& train = inputs.sets.first;
  return r.from ? resumed_network(options, r.from->run, r.settings.out, train, generator)
                : start_network(options, inputs.start, train, generator);
}

RunFolder open_folder(const RunRequest& r, const StartedNetwork& network, const FitOptions& fit) {
  const auto weights = static_cast<std::int64_t>(4 * network.net.parameters().size());
  constexpr std::int64_t kFigures = 1 << 20;
  const RunFolder::Options options = {
      .out = r.settings.out,
      .model = network.name,
      .force = r.settings.force,
      .stop_on_write_error = r.settings.stop_on_write_error,
      .room = 2 * checkpoint_bytes(network.net, fit) + 2 * weights + kFigures,
      .note = r.settings.note};
  return r.from ? RunFolder::reopen(options, r.from->state.report.points)
                : RunFolder::create(options);
}

/// What one run holds together.
class Run {
 public:
  explicit Run(const RunRequest& request)
      : request_(request),
        options_(request.options),
        settings_(request.settings),
        every_(parse_interval(settings_.checkpoint_every)),
        fit_(fit_options(options_)),
        inputs_(read_inputs(request, options_.data)),
        test_(std::make_shared<const Dataset>(std::move(inputs_.sets.second))),
        generator_(options_.fit.seed),
        network_(network_of(request, options_, inputs_, generator_)),
        checked_(checked_fit()),
        was_finished_(request.from &&
                      is_finished(*request.from, net(), fit_, checked_, inputs_.data_sha256)),
        folder_(open_folder(request, network_, fit_)),
        record_(run_document(options_, fit_.device, net(), train())),
        chance_(net(), train()) {}

  TrainedRun run();

 private:
  Sequential& net() { return network_.net; }
  const Dataset& train() const { return inputs_.sets.first; }
  const Dataset& test() const { return *test_; }

  CheckedFit checked_fit() {
    if (inputs_.teacher) fit_.distillation.teacher = &inputs_.teacher->net;
    if (settle_loss(train(), options_)) {
      fit_.loss = options_.fit.loss;
      tell(loss_text(train(), *fit_.loss));
    }
    if (fall_to_data(train(), options_)) {
      fit_.batch_size = options_.fit.batch_size;
      tell(fmt::format("batch size {}, all training images; --batch-size sets a smaller one",
                       fit_.batch_size));
    }
    CheckedFit checked = check_fit(net(), train(), test(), fit_);
    const std::string few = small_classes_text(checked.split(), fit_.holdout);
    if (!few.empty()) tell(few);
    if (options_.device == "auto") {
      if (const std::string why = settle_device(net(), fit_); !why.empty()) tell(why);
    }
    return checked;
  }

  ModelOrigin origin() const {
    ModelOrigin origin{.data_sha256 = inputs_.data_sha256, .float_images = !train().has_bytes()};
    if (!train().has_classes()) origin.loss = fit_.loss;
    return origin;
  }

  /// Below the last picture of the figure.
  void tell(const std::string& note) {
    if (figure_) figure_->finish();
    settings_.note(note);
  }

  void tell_start() const;
  TrainedRun finished_before();
  void begin_record();
  void connect();
  void connect_events();
  void end_events(SessionStatus status);
  Report train_to_the_end();
  void end_diverged(const std::string& why);
  void tell_ending(const Report& report);
  void save();
  void save_averages(Averages averages);
  TrainedRun outcome(Report report, const Json& result) const;

  const RunRequest& request_;
  RunOptions options_;
  const RunSettings& settings_;
  CheckpointInterval every_;
  Timer wall_;
  FitOptions fit_;
  std::optional<LiveFigure> figure_;  ///< of what is trained now
  RunInputs inputs_;
  std::shared_ptr<const Dataset> test_;
  Generator generator_;
  StartedNetwork network_;
  CheckedFit checked_;
  bool was_finished_;
  RunFolder folder_;
  Json record_;
  std::optional<EventLog> events_;
  ChanceLevel chance_;
};

TrainedRun Run::run() {
  if (was_finished_) return finished_before();
  begin_record();
  connect();
  Checkpoints checkpoints(folder_,
                          {.every = every_,
                           .run = json_text(record_),
                           .newest_damaged = request_.from && request_.from->newest_damaged,
                           .save = settings_.save,
                           .stop = settings_.stop});
  fit_.on_pause = [&, next = options_.fit.on_pause](const Pause& pause) {
    const bool on = checkpoints.pause(pause);
    return (!next || next(pause)) && on;
  };
  tell_start();
  Report report = train_to_the_end();
  save();
  tell_ending(report);
  if (report.stopped) return outcome(std::move(report), {});
  end_events(SessionStatus::kSuccess);
  if (report.averages) save_averages(*report.averages);
  report.wall_seconds =
      wall_.stop() + (request_.from ? request_.from->state.report.wall_seconds : 0);
  record_["result"] = result_document(report, options_, fit_.device, folder_);
  folder_.write_run(record_);
  return outcome(std::move(report), record_["result"]);
}

TrainedRun Run::outcome(Report report, const Json& result) const {
  return {.report = std::move(report),
          .device = fit_.device,
          .folder = folder_.path(),
          .result = result.is_null() ? "" : json_text(result)};
}

void Run::tell_start() const {
  if (!request_.from && !options_.weights.empty()) {
    const std::optional<Model>& file = inputs_.start;
    const std::vector<std::string> unnamed, &names = file ? file->class_names : unnamed;
    settings_.started(
        fmt::format("starting from {} on {}: {} training images{}", options_.weights,
                    shown_data(options_.data.path), train().size(),
                    options_.new_head ? "" : known_classes(train().class_names(), names)));
  }
  settings_.started(fmt::format("training on {}", to_string(fit_.device)));
}

TrainedRun Run::finished_before() {
  const Json& result = request_.from->result;
  Report report = report_of(result, folder_);
  tell(fmt::format("the run in {} was finished: {}; to train it on: {}", folder_.path().string(),
                   ending_text(report, fit_), way_on(report, fit_)));
  return outcome(std::move(report), result);
}

void Run::begin_record() {
  record_start(network_, record_);
  if (!inputs_.weights_sha256.empty()) record_[kWeightsSha256] = inputs_.weights_sha256;
  if (!inputs_.teacher_sha256.empty()) record_[kTeacherSha256] = inputs_.teacher_sha256;
  if (!inputs_.data_sha256.empty()) record_[kDataSha256] = inputs_.data_sha256;
  if (const Resumption* from = request_.from) {
    for (const char* kept : {"started", "changed"}) {
      if (from->run.contains(kept)) record_[kept] = from->run[kept];
    }
    name_run(text_in(from->run, "name"), text_in(from->run, "note"), record_);
    if (text_in(from->run, kDataSha256) != inputs_.data_sha256) add_change(record_, "data");
  }
  name_run(settings_.name, settings_.remark, record_);
  if (!request_.from) folder_.begin(json_text(record_));
}

/// Hands the events of the run to the folder and, before it, to the figure; then to the user's.
void Run::connect() {
  put_before(fit_.on_point, [this](const FitPoint& p) { folder_.add_point(p); });
  put_before(fit_.on_epoch, [this](const EpochReport& e) {
    if (const std::string why = chance_.explain(e); !why.empty()) tell(why);
  });
  put_before(fit_.on_rollback, [this](const Rollback& r) {
    tell(fmt::format("{}; epoch {} begins again with a rate of {:g} (rollback {} of {})", r.why,
                     r.epoch, r.lr, r.count, fit_.rollbacks));
  });
  if (settings_.tensorboard) connect_events();
  const std::vector<FitPoint> none;
  const std::vector<FitPoint>& before = request_.from ? request_.from->state.report.points : none;
  if (settings_.follow) {
    const std::string record = json_text(record_);
    RunStart start = {folder_.path(), record, net(), test_, before, fit_};
    settings_.follow(start);
  }
  figure_.emplace(fit_, settings_.figure, settings_.plot);
  for (const FitPoint& p : before) figure_->add(p);
}

/// A file that cannot be begun ends the run; later on, one that cannot grow does not.
void Run::connect_events() {
  events_.emplace(folder_.path(), record_, net(), fit_, test());
  const auto log = [this]<class Event>(void (EventLog::*take)(const Event&)) {
    return [this, take](const Event& e) { folder_.attempt([&] { ((*events_).*take)(e); }); };
  };
  put_before(fit_.on_step, log(&EventLog::step));
  put_before(fit_.on_point, log(&EventLog::point));
  put_before(fit_.on_test, log(&EventLog::test));
  put_before(fit_.on_epoch, log(&EventLog::epoch));
}

void Run::end_events(SessionStatus status) {
  if (events_) folder_.attempt([&] { events_->end(status); });
}

Report Run::train_to_the_end() {
  try {
    return request_.from ? resume(net(), train(), test(), fit_, request_.from->state, checked_)
                         : fit(net(), train(), test(), fit_, generator_, checked_);
  } catch (const Error& e) {
    if (e.kind() == ErrorKind::kDiverged) end_diverged(e.what());
    throw;
  }
}

void Run::end_diverged(const std::string& why) {
  if (!folder_.begun()) {  // what the run that this one went on with left is worth more
    figure_->finish();
    return settings_.ended(folder_.path().string() + " is as it was");
  }
  save();
  end_events(SessionStatus::kFailure);
  record_["diverged"] = why;
  folder_.write_run(record_);
}

/// An end that comes before the last epoch, or weights that are not the last ones.
void Run::tell_ending(const Report& report) {
  if (report.stopped) return;
  if (report.out_of_patience) {
    tell(ending_text(report, fit_));
  } else if (fit_.keep_best && report.holdout_metric) {
    tell(kept_text(report));
  }
}

void Run::save() {
  figure_->finish();
  folder_.begin(json_text(record_));
  folder_.finish_metrics();
  save_model(folder_.model_file(), net(), network_.class_names, origin());
  folder_.write_curves(figure_->animator());
  settings_.ended("written to " + folder_.path().string());
}

/// Writes the averaged weights beside the others.
void Run::save_averages(Averages averages) {
  const auto exchange = [&] {
    std::ranges::swap_ranges(net().parameters(), averages.parameters);
    std::ranges::swap_ranges(net().buffers(), averages.buffers);
  };
  exchange();
  save_model(folder_.averages_file(), net(), network_.class_names, origin());
  exchange();
}

}  // namespace

TrainedRun train_run(const RunRequest& request) { return Run(request).run(); }

}  // namespace lenet
