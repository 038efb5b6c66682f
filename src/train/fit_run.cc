#include "train/fit_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/require.h"
#include "lenet/error.h"
#include "train/fit_options.h"
#include "train/loss.h"
#include "train/model_selection.h"

namespace lenet {

FitRun::FitRun(Sequential& net, const Dataset& train, const Dataset& test,
               const FitOptions& options, Generator& generator, CheckedFit checked)
    : train_(train),
      test_(test),
      options_(options),
      generator_(generator),
      split_(checked.split()),
      net_(normalized(net, checked.pixels())),
      trainer_(net, trainer_options(options, checked), Trainer::Checked()),
      order_(split_.train, options.shuffle, sampling_weights(options, train, split_.train)),
      count_(steps_of(order_.size(), options)),
      steps_a_point_(std::max<std::int64_t>(1, count_.epoch / 5)),
      limited_(options.max_steps < std::numeric_limits<std::int64_t>::max()) {
  now_.generator = generator;
  now_.report.threads = trainer_.threads();
  const Loss loss = loss_of(Batch(train, order_.batch(0, 1)), element_count(net.output_shape()),
                            {.function = options.loss});
  now_.report.metric = &metric_of(loss);
  const auto most = static_cast<std::size_t>(std::min(steps_a_point_, trainer_.steps_at_once()));
  batches_.reserve(most);
  rates_.reserve(most);
  metrics_.reserve(most);
}

void FitRun::go_on_from(const FitState& state) {
  check_state(state, net_, options_, count_);
  const Metric &was = *state.report.metric, &is = *now_.report.metric;
  require(was.name == is.name,
          fmt::format("the run was judged by its {}, and this data's loss has another metric, {}",
                      was.title, is.title));
  if (options_.rollbacks > 0 && state.step > 0) trainer_.restore(state.epoch_start);
  trainer_.restore(state.trainer);
  const int threads = now_.report.threads;
  now_ = state;
  now_.report.threads = threads;
  now_.report.stopped = false;
  generator_ = state.generator;
  wall_before_ = state.report.wall_seconds;
  if (now_.step > 0) order_.begin_epoch(generator_);
}

Report FitRun::run() {
  bool going = true;
  while (going && !is_finished(now_, options_, count_)) {
    try {
      going = run_epoch();
    } catch (const Error& e) {
      if (e.kind() != ErrorKind::kDiverged || now_.rollbacks >= options_.rollbacks) throw;
      roll_back();
    }
  }
  now_.report.stopped = !going;
  now_.report.out_of_patience =
      going && now_.epoch <= options_.epochs && out_of_patience(now_, options_);
  if (going) {
    end_with_best();
    keep_averages();
  }
  Report report = std::move(now_.report);
  report.examples_per_sec = static_cast<double>(report.examples) / now_.step_seconds;
  report_best(now_, options_, report);
  report.wall_seconds = wall_before_ + wall_.elapsed();
  return report;
}

/// The rest of an epoch; false if on_pause stops it.
bool FitRun::run_epoch() {
  if (now_.step == 0) {
    now_.generator = generator_;
    if (options_.rollbacks > 0) now_.epoch_start = trainer_.snapshot();
    order_.begin_epoch(generator_);
  }
  while (now_.step < count_.epoch && total_steps() < options_.max_steps) {
    run_steps(steps_to_run());
    const bool last = now_.step == count_.epoch;
    if (now_.step % steps_a_point_ == 0 || last) {
      const double x = static_cast<double>(now_.epoch - 1) +
                       static_cast<double>(now_.step) / static_cast<double>(count_.epoch);
      add_point({.epoch = x,
                 .train_loss = now_.sum.loss(),
                 .train_metric = now_.sum.metric_mean(),
                 .metric = now_.sum.metric});
    }
    if (!last && total_steps() < options_.max_steps && !go_on()) return false;
  }
  end_epoch();
  if (total_steps() >= options_.max_steps) return true;
  ++now_.epoch;
  now_.step = 0;
  now_.sum = {};
  now_.epoch_start = {};
  now_.generator = generator_;
  return go_on();
}

bool FitRun::go_on() {
  const std::int64_t steps = std::exchange(steps_since_pause_, 0);
  return !options_.on_pause || options_.on_pause({now_.epoch, now_.step, steps, state_});
}

FitState FitRun::state() const {
  FitState state = now_;
  state.trainer = trainer_.snapshot();
  state.report.wall_seconds = wall_before_ + wall_.elapsed();
  return state;
}

/// The network, which standardises by the training images if the options say so.
Sequential& FitRun::normalized(Sequential& net, const PixelStatistics& pixels) {
  if (!pixels.mean.empty()) net.set_normalization({pixels.mean, pixels.deviation});
  return net;
}

/// As many steps as the trainer takes at once, up to the next point of the plot.
std::int64_t FitRun::steps_to_run() const {
  const std::int64_t to_point = steps_a_point_ - now_.step % steps_a_point_;
  return std::min({trainer_.steps_at_once(), to_point, count_.epoch - now_.step,
                   options_.max_steps - total_steps()});
}

void FitRun::run_steps(std::int64_t count) {
  Timer timer;
  batches_.clear();
  rates_.clear();
  for (std::int64_t step = now_.step; step < now_.step + count; ++step) {
    batches_.push_back(Batch(train_, order_.batch(step, options_.batch_size))
                           .augmented(options_.augmentation, options_.seed, now_.epoch));
    rates_.push_back(learning_rate(total_steps() + step - now_.step));
  }
  metrics_.resize(batches_.size());
  const std::int64_t done = trainer_.steps(batches_, rates_, metrics_);
  now_.step_seconds += timer.stop();
  const bool failed = !trainer_.failure().empty();
  for (std::int64_t i = 0; i < done - failed; ++i) add_step(metrics_[static_cast<std::size_t>(i)]);
  if (!failed) return;
  ++now_.step;
  diverged(trainer_.failure(), rates_[static_cast<std::size_t>(done - 1)]);
}

void FitRun::add_step(const Metrics& metrics) {
  ++now_.step;
  ++steps_since_pause_;
  now_.sum += metrics;
  now_.report.examples += metrics.examples;
  if (limited_) now_.report.step_losses.push_back(metrics.loss());
  if (!options_.on_step) return;
  options_.on_step(
      {.epoch = now_.epoch,
       .step = now_.step,
       .steps = count_.epoch,
       .step_loss = metrics.loss(),
       .train_loss = now_.sum.loss(),
       .train_metric = now_.sum.metric_mean(),
       .examples_per_sec = static_cast<double>(now_.report.examples) / now_.step_seconds,
       .metric = metrics.metric});
}

/// After the last step of an epoch, when no later step would find out.
void FitRun::require_finite(const Metrics& metrics, const char* set) {
  if (std::isfinite(metrics.loss_sum)) return;
  trainer_.undo();
  diverged(fmt::format("the loss on {} is {}", set, std::abs(metrics.loss())),
           learning_rate(total_steps() - 1));
}

void FitRun::end_epoch() {
  const Evaluation evaluation = trainer_.evaluate(test_);
  const Metrics& test = evaluation.metrics;
  require_finite(test, "the test set");
  EpochReport report{.epoch = now_.epoch,
                     .train_loss = now_.sum.loss(),
                     .train_metric = now_.sum.metric_mean(),
                     .test_metric = test.metric_mean(),
                     .metric = test.metric,
                     .test_examples = test.examples};
  draw_loader_seed(generator_);
  if (!split_.holdout.empty()) {
    const Metrics holdout = trainer_.evaluate(train_, split_.holdout).metrics;
    require_finite(holdout, "the images set aside");
    judge(holdout, net_, options_, report, now_);
  }
  add_point({.epoch = static_cast<double>(now_.epoch),
             .test_metric = report.test_metric,
             .holdout_metric = report.holdout_metric,
             .metric = report.metric});
  if (options_.ema_decay > 0) {
    trainer_.swap_averages();
    report.averaged_metric = trainer_.evaluate(test_).metrics.metric_mean();
    trainer_.swap_averages();
  }
  now_.report.epochs.push_back(report);
  if (options_.on_test) options_.on_test({now_.epoch, evaluation});
  if (options_.on_epoch) options_.on_epoch(report);
}

void FitRun::end_with_best() {
  if (!ends_with_best(now_, options_)) return;
  std::ranges::copy(now_.best.parameters, net_.parameters().begin());
  std::ranges::copy(now_.best.buffers, net_.buffers().begin());
  trainer_.parameters_changed();
}

void FitRun::keep_averages() {
  if (options_.ema_decay == 0) return;
  trainer_.swap_averages();
  now_.report.averages = Averages{{net_.parameters().begin(), net_.parameters().end()},
                                  {net_.buffers().begin(), net_.buffers().end()}};
  trainer_.swap_averages();
}

void FitRun::add_point(const FitPoint& point) {
  now_.report.points.push_back(point);
  if (options_.on_point) options_.on_point(point);
}

void FitRun::diverged(const std::string& what, double lr) {
  alarm_ =
      fmt::format("epoch {}, step {}, learning rate {:g}: {}", now_.epoch, now_.step, lr, what);
  throw Error(ErrorKind::kDiverged,
              alarm_ +
                  "; the network is back at its last weights with a finite loss; try a smaller "
                  "rate, a warm-up or a limit on the gradient's norm");
}

/// To the beginning of the epoch under way, with half the rate.
void FitRun::roll_back() {
  ++now_.rollbacks;
  trainer_.restore(now_.epoch_start);
  generator_ = now_.generator;
  now_.step = 0;
  now_.sum = {};
  if (limited_) now_.report.step_losses.resize(static_cast<std::size_t>(total_steps()));
  if (!options_.on_rollback) return;
  options_.on_rollback({now_.epoch, now_.rollbacks, options_.lr * rate_factor(), alarm_});
}

}  // namespace lenet
