// The figure of a run, drawn while it trains.
#pragma once

#include <cstdio>
#include <memory>

#include "lenet/animator.h"
#include "lenet/export.h"
#include "lenet/fit.h"

namespace LENET_PUBLIC lenet {

/// The chapter's curves and a line of progress, redrawn in place in a terminal; elsewhere a line an
/// epoch:
///
///   FitOptions options;
///   LiveFigure figure(options);
///   fit(net, train, test, options);
///   figure.finish();
///
/// With images set aside it has their curve too.
class LiveFigure {
 public:
  /// Puts itself in front of on_step, on_point and on_epoch, so that `options` are to be complete
  /// but for these, and both are to outlive fit(). out: null draws nothing.
  explicit LiveFigure(FitOptions& options, std::FILE* out = stderr,
                      TerminalPlot plot = TerminalPlot::kAuto);
  ~LiveFigure();
  LiveFigure(const LiveFigure&) = delete;
  LiveFigure& operator=(const LiveFigure&) = delete;

  /// A point of a run that goes on, from before.
  void add(const FitPoint& point);

  /// Leaves the last picture above what is written next.
  void finish();

  const Animator& animator() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lenet
