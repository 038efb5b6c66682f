#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "lenet/live.h"
#include "lenet/scores.h"
#include "lenet/timer.h"
#include "plot/live.h"
#include "run/callbacks.h"
#include "run/run_figure.h"

namespace lenet {
namespace {

/// Half of the interval of an accuracy.
std::optional<double> margin_of(const EpochReport& e) {
  if (e.metric->name != kAccuracy.name || e.test_examples == 0) return {};
  const auto all = static_cast<double>(e.test_examples);
  return confidence_interval(std::llround(e.test_metric * all), e.test_examples).half();
}

}  // namespace

AnimatorOptions run_figure(std::int64_t epochs, const Metric& metric, bool holdout) {
  AnimatorOptions figure;
  figure.xlim = AxisLimits{1, std::max(1.0, static_cast<double>(epochs))};
  figure.series[1].label = fmt::format("train {}", metric.name);
  figure.series[2].label = fmt::format("test {}", metric.name);
  if (holdout) {
    figure.series.push_back({fmt::format("holdout {}", metric.name), 0xff0000, LineStyle::kDotted});
  }
  return figure;
}

void add_point(const FitPoint& p, bool holdout, Animator& figure) {
  std::vector<std::optional<double>> ys = {p.train_loss, p.train_metric, p.test_metric};
  if (holdout) ys.push_back(p.holdout_metric);
  figure.add(p.epoch, ys);
}

struct LiveFigure::State {
  State(const FitOptions& o, std::FILE* out, TerminalPlot plot)
      : options(o), animator(run_figure(o.epochs, kAccuracy, o.holdout > 0)) {
    if (out) display.emplace(out, animator, live_options(out, plot));
  }

  void add(const FitPoint& p) {
    if (!begun && p.metric->name != kAccuracy.name) {
      animator = Animator(run_figure(options.epochs, *p.metric, options.holdout > 0));
    }
    begun = true;
    add_point(p, options.holdout > 0, animator);
  }

  void show(const StepEvent& e) {
    if (!display) return;
    const std::int64_t done = (e.epoch - 1) * e.steps + e.step;
    const std::int64_t all = std::min(options.epochs * e.steps, options.max_steps);
    if (!before) before = done - 1;
    rate = e.examples_per_sec;
    display->step({.epoch = e.epoch,
                   .epochs = options.epochs,
                   .step = e.step,
                   .steps = e.steps,
                   .images_per_second = e.examples_per_sec,
                   .loss = e.train_loss,
                   .metric = e.train_metric,
                   .seconds_left = since.elapsed() * static_cast<double>(all - done) /
                                   static_cast<double>(done - *before),
                   .metric_name = e.metric->name,
                   .test_metric = test_metric,
                   .test_margin = test_margin});
  }

  void show(const EpochReport& e) {
    test_metric = e.test_metric;
    test_margin = margin_of(e);
    if (!display) return;
    display->epoch({.epoch = e.epoch,
                    .epochs = options.epochs,
                    .loss = e.train_loss,
                    .train_metric = e.train_metric,
                    .test_metric = e.test_metric,
                    .test_margin = test_margin,
                    .holdout_metric = e.holdout_metric,
                    .images_per_second = rate,
                    .metric_name = e.metric->name});
  }

  const FitOptions& options;
  Animator animator;
  std::optional<LiveDisplay> display;
  bool begun = false;  ///< a point has been added
  Timer since;
  std::optional<std::int64_t> before;  ///< steps of a run that goes on
  double rate = 0;                     ///< images a second
  std::optional<double> test_metric, test_margin;
};

LiveFigure::LiveFigure(FitOptions& options, std::FILE* out, TerminalPlot plot)
    : state_(std::make_unique<State>(options, out, plot)) {
  State* const state = state_.get();
  put_before(options.on_step, [state](const StepEvent& e) { state->show(e); });
  put_before(options.on_point, [state](const FitPoint& p) { state->add(p); });
  put_before(options.on_epoch, [state](const EpochReport& e) { state->show(e); });
}

LiveFigure::~LiveFigure() = default;

void LiveFigure::add(const FitPoint& point) { state_->add(point); }

void LiveFigure::finish() {
  if (state_->display) state_->display->finish();
}

const Animator& LiveFigure::animator() const { return state_->animator; }

}  // namespace lenet
