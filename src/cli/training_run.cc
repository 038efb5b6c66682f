#include "cli/training_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "base/gpus.h"
#include "cli/run_inputs.h"
#include "cli/run_record.h"
#include "cli/say.h"
#include "cli/signals.h"
#include "cli/start_network.h"
#include "lenet/error.h"
#include "lenet/live.h"
#include "lenet/model_file.h"
#include "lenet/split.h"
#include "lenet/timer.h"
#include "run/chance_level.h"
#include "run/checkpoints.h"
#include "run/json_document.h"
#include "run/model_data.h"
#include "run/run_ending.h"
#include "run/run_folder.h"
#include "train/fit_options.h"

namespace lenet::cli {
namespace {

using Json = nlohmann::ordered_json;

StartedNetwork network_of(const RunRequest& r, const TrainOptions& options, const RunInputs& inputs,
                          Generator& generator) {
  const Dataset& train = inputs.sets.first;
  return r.from ? resumed_network(options, r.from->run, r.out, train, generator)
                : start_network(options, inputs.start, train, generator);
}

RunFolder open_folder(const RunRequest& r, const StartedNetwork& network, const FitOptions& fit) {
  const auto weights = static_cast<std::int64_t>(4 * network.net.parameters().size());
  constexpr std::int64_t kFigures = 1 << 20;
  const RunFolder::Options options = {
      .out = r.out,
      .model = network.name,
      .force = r.force,
      .stop_on_write_error = r.stop_on_write_error,
      .room = 2 * checkpoint_bytes(network.net, fit) + 2 * weights + kFigures,
      .note = say_note};
  return r.from ? RunFolder::reopen(options, r.from->state.report.points)
                : RunFolder::create(options);
}

/// What one run holds together.
class Run {
 public:
  explicit Run(const RunRequest& request)
      : request_(request),
        options_(request.options),
        every_(parse_interval(request.checkpoint_every)),
        fit_(fit_options(options_)),
        inputs_(read_inputs(request, options_.common)),
        generator_(options_.seed),
        network_(network_of(request, options_, inputs_, generator_)),
        checked_(checked_fit()),
        was_finished_(request.from &&
                      is_finished(*request.from, net(), fit_, checked_, inputs_.data_sha256)),
        folder_(open_folder(request, network_, fit_)),
        record_(run_document(options_, fit_.device, net(), train())),
        chance_(net(), train()) {}

  RunOutcome run();

 private:
  Sequential& net() { return network_.net; }
  const Dataset& train() const { return inputs_.sets.first; }
  const Dataset& test() const { return inputs_.sets.second; }

  CheckedFit checked_fit() {
    if (fall_to_data(train(), options_)) {
      fit_.batch_size = options_.batch_size;
      say(stderr, "lenet: batch size {}, all training images; --batch-size sets a smaller one\n",
          fit_.batch_size);
    }
    CheckedFit checked = check_fit(net(), train(), test(), fit_);
    const std::string few = small_classes_text(checked.split(), fit_.holdout);
    if (!few.empty()) say(stderr, "lenet: {}\n", few);
    if (options_.common.device == "auto") settle_device();
    return checked;
  }

  void say_start() const;
  void settle_device();
  RunOutcome finished_before() const;
  void begin_record();
  void connect();
  void explain(const EpochReport& e);
  Report train_to_the_end();
  void end_diverged(const std::string& why);
  void say_ending(const Report& report) const;
  void save();
  void save_averages(Averages averages);
  [[noreturn]] void end_stopped();

  const RunRequest& request_;
  TrainOptions options_;
  CheckpointInterval every_;
  Timer wall_;
  FitOptions fit_;
  RunInputs inputs_;
  Generator generator_;
  StartedNetwork network_;
  CheckedFit checked_;
  bool was_finished_;
  RunFolder folder_;
  Json record_;
  std::optional<LiveFigure> figure_;  ///< of what is trained now
  ChanceLevel chance_;
};

RunOutcome Run::run() {
  if (was_finished_) return finished_before();
  begin_record();
  connect();
  Checkpoints checkpoints(folder_,
                          {.every = every_,
                           .run = json_text(record_),
                           .newest_damaged = request_.from && request_.from->newest_damaged,
                           .save = SignalRequests::take_save,
                           .stop = [] { return SignalRequests::stop() != 0; }});
  fit_.on_pause = [&](const Pause& pause) { return checkpoints.pause(pause); };
  if (request_.announce && !request_.from && !options_.weights.empty()) say_start();
  if (request_.announce) say(stdout, "training on {}\n", to_string(fit_.device));
  const SignalRequests signals;
  Report report = train_to_the_end();
  save();
  say_ending(report);
  if (report.stopped) end_stopped();
  if (report.averages) save_averages(*report.averages);
  report.wall_seconds =
      wall_.stop() + (request_.from ? request_.from->state.report.wall_seconds : 0);
  record_["result"] = result_document(report, options_, fit_.device, folder_);
  folder_.write_run(record_);
  return {report, record_["result"], fit_.device, folder_.path()};
}

void Run::say_start() const {
  const std::optional<Model>& file = inputs_.start;
  const std::vector<std::string> unnamed, &names = file ? file->class_names : unnamed;
  say(stdout, "starting from {} on {}: {} training images{}\n", options_.weights,
      shown_data(options_.common.path), train().size(),
      options_.new_head ? "" : known_classes(train().class_names(), names));
}

RunOutcome Run::finished_before() const {
  const nlohmann::ordered_json& result = request_.from->result;
  const Report report = report_of(result, folder_);
  say(stderr, "lenet: the run in {} was finished: {}; to train it on: {}\n",
      folder_.path().string(), ending_text(report, fit_), way_on(report, fit_));
  return {report, result, fit_.device, folder_.path()};
}

/// Of "auto": says why, if a graphics card that is there is not taken.
void Run::settle_device() {
  std::string why;
  if (const Gpus gpus = find_gpus(); gpus.count == 0) {
    if (gpus.present) why = gpus.why_none;
  } else {
    try {
      Trainer(net(), trainer_options(fit_));  // its memory may not suffice
    } catch (const Error& e) {
      why = e.what();
      fit_.device = Device();
    }
  }
  if (!why.empty()) say(stderr, "lenet: {}; training on the CPU\n", why);
}

void Run::begin_record() {
  record_start(network_, record_);
  if (!inputs_.weights_sha256.empty()) record_[kWeightsSha256] = inputs_.weights_sha256;
  if (!inputs_.data_sha256.empty()) record_[kDataSha256] = inputs_.data_sha256;
  if (const Resumption* from = request_.from) {
    for (const char* kept : {"started", "changed"}) {
      if (from->run.contains(kept)) record_[kept] = from->run[kept];
    }
    if (text_in(from->run, kDataSha256) != inputs_.data_sha256) add_change(record_, "data");
  } else {
    folder_.begin(json_text(record_));
  }
}

/// Hands the events of the run to the folder and, before it, to the figure.
void Run::connect() {
  fit_.on_point = [this](const FitPoint& p) { folder_.add_point(p); };
  fit_.on_epoch = [this](const EpochReport& e) { explain(e); };
  fit_.on_rollback = [this](const Rollback& r) {
    figure_->finish();
    say(stderr, "lenet: {}; epoch {} begins again with a rate of {:g} (rollback {} of {})\n", r.why,
        r.epoch, r.lr, r.count, fit_.rollbacks);
  };
  figure_.emplace(fit_);
  if (!request_.from) return;
  for (const FitPoint& p : request_.from->state.report.points) figure_->add(p);
}

void Run::explain(const EpochReport& e) {
  const std::string why = chance_.explain(e);
  if (why.empty()) return;
  figure_->finish();
  say(stderr, "lenet: {}\n", why);
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
    return say(stderr, "{} is as it was\n", folder_.path().string());
  }
  save();
  record_["diverged"] = why;
  folder_.write_run(record_);
}

/// An end that comes before the last epoch, or weights that are not the last ones.
void Run::say_ending(const Report& report) const {
  if (report.stopped) return;
  if (report.out_of_patience) {
    say(stderr, "lenet: {}\n", ending_text(report, fit_));
  } else if (fit_.keep_best && report.holdout_acc) {
    say(stderr, "lenet: {}\n", kept_text(report));
  }
}

void Run::save() {
  figure_->finish();
  folder_.begin(json_text(record_));
  folder_.finish_metrics();
  save_model(folder_.model_file(), net(), network_.class_names, inputs_.data_sha256);
  folder_.write_curves(figure_->animator());
  say(stderr, "written to {}\n", folder_.path().string());
}

/// Writes the averaged weights beside the others.
void Run::save_averages(Averages averages) {
  const auto exchange = [&] {
    std::ranges::swap_ranges(net().parameters(), averages.parameters);
    std::ranges::swap_ranges(net().buffers(), averages.buffers);
  };
  exchange();
  save_model(folder_.averages_file(), net(), network_.class_names, inputs_.data_sha256);
  exchange();
}

void Run::end_stopped() {
  const int signal = SignalRequests::stop();
  say(stderr, "stopped by {}; to go on: lenet train --resume {}\n", signal_name(signal),
      folder_.path().string());
  throw Stopped{signal};
}

}  // namespace

RunOutcome train_run(const RunRequest& request) {
  ignore_hangups();
  return Run(request).run();
}

}  // namespace lenet::cli
