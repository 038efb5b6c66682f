#include "run/run_ending.h"

#include <fmt/format.h>

#include <algorithm>

namespace lenet {
namespace {

/// The first epoch that none before or after was better than; those before images were set aside
/// count least.
const EpochReport& best_of(const Report& report) {
  return *std::ranges::min_element(report.epochs, [](const EpochReport& a, const EpochReport& b) {
    if (!a.holdout_metric || !b.holdout_metric) return a.holdout_metric.has_value();
    return better(*a.metric, *a.holdout_metric, *b.holdout_metric);
  });
}

bool ended_by_steps(const Report& report, const FitOptions& options) {
  return std::ssize(report.step_losses) >= options.max_steps;
}

}  // namespace

std::string early_stop_text(const Report& report, std::int64_t patience) {
  const EpochReport& best = best_of(report);
  return fmt::format(
      "stopped early: {} epoch{} without one that is better on the images set aside than epoch {} "
      "(holdout {} {:.3f})",
      patience, patience == 1 ? "" : "s", best.epoch, best.metric->name, *best.holdout_metric);
}

std::string kept_text(const Report& report) {
  return fmt::format(
      "the weights kept are those of epoch {}, the best on the images set aside (holdout {} "
      "{:.3f})",
      report.best_epoch, report.metric->name, *report.holdout_metric);
}

std::string way_on(const Report& report, const FitOptions& options) {
  if (report.out_of_patience) {
    return fmt::format("--patience {} --allow-change patience", 2 * options.patience);
  }
  const std::string epochs = fmt::format("--epochs {}", 2 * options.epochs);
  if (!ended_by_steps(report, options)) return epochs + " --allow-change epochs";
  const std::string steps = fmt::format("--max-steps {}", 2 * options.max_steps);
  if (std::ssize(report.epochs) < options.epochs) return steps + " --allow-change max-steps";
  return fmt::format("{} {} --allow-change epochs,max-steps", epochs, steps);
}

std::string ending_text(const Report& report, const FitOptions& options) {
  if (report.out_of_patience) {
    return fmt::format("{}; the weights kept are those of epoch {}{}",
                       early_stop_text(report, options.patience), report.best_epoch,
                       options.keep_best ? "" : ", the last one (--keep-best keeps the best)");
  }
  const std::string kept =
      options.keep_best && report.holdout_metric ? "; " + kept_text(report) : "";
  if (ended_by_steps(report, options)) {
    return fmt::format("all {} steps of --max-steps are trained{}", options.max_steps, kept);
  }
  return fmt::format("all {} epochs are trained{}", options.epochs, kept);
}

}  // namespace lenet
