// One run of fit: what its epochs share.
#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "lenet/fit.h"
#include "lenet/split.h"
#include "lenet/timer.h"
#include "lenet/trainer.h"
#include "train/epoch_order.h"

namespace lenet {

/// Refers to its arguments, which must outlive it.
class FitRun {
 public:
  FitRun(Sequential& net, const Dataset& train, const Dataset& test, const FitOptions& options,
         Generator& generator, CheckedFit checked);

  /// Takes the place of a run that was stopped. Throws Error (kUsage) if it does not fit.
  void go_on_from(const FitState& state);

  Report run();

 private:
  bool run_epoch();
  bool go_on();
  FitState state() const;
  std::int64_t total_steps() const { return (now_.epoch - 1) * count_.epoch + now_.step; }
  static Sequential& normalized(Sequential& net, const PixelStatistics& pixels);
  std::int64_t steps_to_run() const;
  void run_steps(std::int64_t count);
  void add_step(const Metrics& metrics);
  void require_finite(const Metrics& metrics, const char* set);
  void end_epoch();
  void end_with_best();
  void keep_averages();
  void add_point(const FitPoint& point);
  double rate_factor() const { return std::ldexp(1.0, -static_cast<int>(now_.rollbacks)); }
  double learning_rate(std::int64_t step) const {
    return lenet::learning_rate(options_.schedule, options_.lr * rate_factor(), step, count_);
  }
  void roll_back();
  [[noreturn]] void diverged(const std::string& what, double lr);

  const Dataset& train_;
  const Dataset& test_;
  const FitOptions& options_;
  Generator& generator_;
  Split split_;
  Sequential& net_;
  Trainer trainer_;
  EpochOrder order_;
  StepCount count_;
  std::int64_t steps_since_pause_ = 0;
  std::int64_t steps_a_point_;  ///< of the plot
  std::vector<Batch> batches_;  ///< of the steps that are run together; and the rest of these
  std::vector<double> rates_;
  std::vector<Metrics> metrics_;
  bool limited_;       ///< by max_steps
  FitState now_;       ///< but for the trainer, which is asked
  std::string alarm_;  ///< when and where the last loss or gradient was not finite
  Timer wall_;
  double wall_before_ = 0;  ///< seconds of the runs that this one goes on with
  std::function<FitState()> state_ = [this] { return state(); };
};

}  // namespace lenet
