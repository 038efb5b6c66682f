#include "train/model_selection.h"

namespace lenet {

void judge(const Metrics& holdout, const Sequential& net, const FitOptions& options,
           EpochReport& report, FitState& state) {
  const double found = holdout.metric_mean();
  report.holdout_metric = found;
  if (state.best_epoch > 0 && !better(*report.metric, found, state.best_metric)) return;
  state.best_metric = found;
  state.best_epoch = report.epoch;
  if (!options.keep_best) return;
  state.best.parameters.assign(net.parameters().begin(), net.parameters().end());
  state.best.buffers.assign(net.buffers().begin(), net.buffers().end());
}

bool out_of_patience(const FitState& s, const FitOptions& o) {
  return o.patience > 0 && s.best_epoch > 0 && s.epoch - 1 - s.best_epoch >= o.patience;
}

bool ends_with_best(const FitState& state, const FitOptions& options) {
  return options.keep_best && state.best_epoch > 0;
}

void report_best(const FitState& state, const FitOptions& options, Report& report) {
  if (report.epochs.empty()) return;
  report.best_epoch =
      ends_with_best(state, options) ? state.best_epoch : report.epochs.back().epoch;
  const EpochReport& best = report.epochs[static_cast<std::size_t>(report.best_epoch - 1)];
  report.loss = best.train_loss;
  report.train_metric = best.train_metric;
  report.test_metric = best.test_metric;
  report.holdout_metric = best.holdout_metric;
  report.metric = best.metric;
}

}  // namespace lenet
