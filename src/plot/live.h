// The display of a run in progress.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "lenet/animator.h"
#include "plot/progress.h"

namespace lenet {

struct LiveOptions {
  bool in_place = false;  ///< for a terminal; otherwise a line an epoch
  bool color = false;
  std::optional<Glyphs> glyphs = Glyphs::kBraille;  ///< none: no curves
  std::chrono::milliseconds frame{100};             ///< the least time from one frame to the next
};

/// Whether `out` is a terminal that can redraw.
bool can_redraw(std::FILE* out);

/// The columns of a terminal, 80 of what is none.
int terminal_columns(std::FILE* out);

/// In place in a terminal that can redraw, in colour unless $NO_COLOR is set; else neither.
LiveOptions live_options(std::FILE* out, TerminalPlot plot = TerminalPlot::kAuto);

/// Shows a run on `out`: on a terminal the curves and a line of progress, redrawn in place once a
/// `frame` at most; elsewhere a line an epoch. A failed write is ignored: the display is not
/// the result. Both `out` and `animator` must outlive it.
class LiveDisplay {
 public:
  LiveDisplay(std::FILE* out, const Animator& animator, LiveOptions options)
      : out_(out), animator_(animator), options_(options) {}
  LiveDisplay(std::FILE*, const Animator&&, LiveOptions) = delete;  // it would be gone

  /// After each training step. Unless a frame is due it takes one look at the clock, and no memory.
  void step(const Progress& progress);

  /// After each epoch, when the animator has its points.
  void epoch(const EpochResult& result);

  /// After the last step: leaves the final picture above the cursor, however the run ended.
  void finish();

 private:
  void draw();
  std::string plot(int columns, int rows);

  std::FILE* out_;
  const Animator& animator_;
  LiveOptions options_;
  Progress progress_;
  std::chrono::steady_clock::time_point due_{};
  std::vector<int> drawn_;          // the width of each line of the last frame
  std::optional<AxisLimits> ylim_;  // of the last frame
  std::int64_t ylim_epoch_ = 0;     // the epoch in which it was settled
};

}  // namespace lenet
