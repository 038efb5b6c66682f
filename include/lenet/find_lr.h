// A learning rate for a network and its data, from a short training in which the rate rises (Smith
// 2017).
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "lenet/dataset.h"
#include "lenet/export.h"
#include "lenet/fit.h"
#include "lenet/sequential.h"

namespace LENET_PUBLIC lenet {

/// The rates of the steps, each the same multiple of the one before.
struct LrRange {
  double from = 1e-5, to = 10;
  std::int64_t steps = 100;
};

struct LrCurve {
  struct Point {
    double lr, loss;  ///< the loss smoothed over some steps
  };
  std::vector<Point> points;  ///< to the step at which the loss was four times its least
  double steepest = 0;        ///< the rate at which the loss falls fastest
  double least = 0;           ///< the rate of the least loss
  bool stopped = false;       ///< as `stop` asked: without these two rates
};

/// Trains as fit() would, but for as many steps and by the rates of the range, and leaves the
/// network as it was but for its normalisation. `stop`, if set, is asked before each step whether
/// to end. Throws Error as fit() does; kUsage for a range that is none, kDiverged if the loss is
/// not finite from the first step on or never falls.
LrCurve find_lr(Sequential& net, const Dataset& train, const FitOptions& options,
                const LrRange& range = {}, const std::function<bool()>& stop = {});

}  // namespace lenet
