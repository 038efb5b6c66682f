#include "cli/run_ending.h"

#include <fmt/format.h>

#include <algorithm>

namespace lenet::cli {
namespace {

/// The first epoch that none before or after was better than; those before images were set aside
/// count least.
const EpochReport& best_of(const Report& report) {
  return *std::ranges::max_element(report.epochs, {},
                                   [](const EpochReport& e) { return e.holdout_acc.value_or(-1); });
}

}  // namespace

std::string early_stop_text(const Report& report, std::int64_t patience) {
  const EpochReport& best = best_of(report);
  return fmt::format(
      "stopped early: {} epoch{} without one that is better on the images set aside than epoch {} "
      "(holdout acc {:.3f})",
      patience, patience == 1 ? "" : "s", best.epoch, *best.holdout_acc);
}

std::string way_on(const Report& report, const FitOptions& options) {
  if (report.out_of_patience) {
    return fmt::format("--patience {} --allow-change patience", 2 * options.patience);
  }
  if (std::ssize(report.epochs) >= options.epochs) {
    return fmt::format("--epochs {} --allow-change epochs", 2 * options.epochs);
  }
  return fmt::format("--max-steps {} --allow-change max-steps", 2 * options.max_steps);
}

std::string ending_text(const Report& report, const FitOptions& options) {
  if (report.out_of_patience) {
    return fmt::format("{}; the weights kept are those of epoch {}{}",
                       early_stop_text(report, options.patience), report.best_epoch,
                       options.keep_best ? "" : ", the last one (--keep-best keeps the best)");
  }
  if (std::ssize(report.epochs) >= options.epochs) {
    return fmt::format("all {} epochs are trained", options.epochs);
  }
  return fmt::format("all {} steps of --max-steps are trained", options.max_steps);
}

}  // namespace lenet::cli
