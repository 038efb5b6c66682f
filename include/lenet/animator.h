// Curves that grow while a network trains, after D2L's Animator.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lenet/export.h"

namespace LENET_PUBLIC lenet {

enum class LineStyle { kSolid, kDashed, kDashDot, kDotted };

/// One curve. A series without a label is left out of the legend.
struct Series {
  std::string label;               ///< UTF-8
  std::uint32_t color = 0x1f77b4;  ///< 0xRRGGBB on white; brightened where the page is dark
  LineStyle line = LineStyle::kSolid;
};

struct AxisLimits {
  double min = 0;
  double max = 1;
};

struct PlotPoint {
  double x = 0;
  double y = 0;
};

/// The defaults are the figure of D2L 6.6.
struct AnimatorOptions {
  std::string xlabel = "epoch";
  std::string ylabel = {};

  /// Curves are cut at the limits. Unset: all the data and a margin of 5 %. D2L's x limits are
  /// {1, epochs}; {1, 1} is shown as {0, 1}, where the points of a single epoch lie.
  std::optional<AxisLimits> xlim = std::nullopt;
  std::optional<AxisLimits> ylim = std::nullopt;

  std::vector<Series> series = {{"train loss", 0x1f77b4, LineStyle::kSolid},
                                {"train acc", 0xbf00bf, LineStyle::kDashed},
                                {"test acc", 0x008000, LineStyle::kDashDot}};
  double width = 3.5;   ///< of the SVG, inches, 2 to 100
  double height = 2.5;  ///< of the SVG, inches, 2 to 100
};

/// What curves are made of in a terminal.
enum class Glyphs {
  kBraille,  ///< eight dots a character
  kBlock,    ///< half blocks, which the console of Linux has too
  kAscii,    ///< a letter a curve
};

/// How a figure is drawn while it grows.
enum class TerminalPlot {
  kAuto,  ///< braille; blocks on the console of Linux, letters in a locale that is not of UTF-8
  kBraille,
  kBlock,
  kAscii,
  kNone,  ///< the line of progress alone
};

struct TerminalOptions {
  int columns = 80;    ///< at least 30
  int rows = 20;       ///< at least 6, legend and axis included
  bool color = false;  ///< with the escape codes of 256-colour terminals
  Glyphs glyphs = Glyphs::kBraille;
  std::optional<AxisLimits> ylim = std::nullopt;  ///< in place of the figure's
};

/// Collects the points of several curves and draws them, as often as wanted.
class Animator {
 public:
  /// Throws Error (kUsage) for limits or sizes that make no figure.
  explicit Animator(AnimatorOptions options = {});

  /// Adds a point at x to each curve that has a y, as in
  ///   animator.add(epoch + (i + 1.0) / batches, {loss, train_acc, std::nullopt});
  /// A missing y leaves its curve as it is; NaN or infinity breaks the curve there.
  /// Throws Error (kUsage) unless there is one y a series.
  void add(double x, const std::vector<std::optional<double>>& ys);

  /// A piece of the band round curve `series`, from low to high at x: in the SVG alone. x grows
  /// from call to call. Throws Error (kUsage) for a curve that there is not.
  void add_band(std::size_t series, double x, double low, double high);

  /// The figure as a self-contained SVG file, for light and dark pages. Same data, same bytes.
  std::string svg() const;

  /// The figure for a terminal: `rows` lines of at most `columns` characters, each ended by '\n'.
  /// Throws Error (kUsage) if it is smaller than the least size.
  std::string terminal(const TerminalOptions& options) const;

  /// What the axes show: what the options say, or all the data.
  AxisLimits x_limits() const;
  AxisLimits y_limits() const;

 private:
  AnimatorOptions options_;
  std::vector<std::vector<PlotPoint>> curves_;        // one a series
  std::vector<std::vector<PlotPoint>> lows_, highs_;  // of the bands
};

}  // namespace lenet
