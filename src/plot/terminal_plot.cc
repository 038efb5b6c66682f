// Animator::terminal: a legend, the curves beside the y axis, the x axis and its name.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "lenet/animator.h"
#include "lenet/error.h"
#include "plot/axis.h"
#include "plot/color.h"
#include "plot/curve.h"
#include "plot/dot_canvas.h"
#include "plot/text.h"

namespace lenet {
namespace {

// Readable on black (contrast 6:1) and still on white (3.5:1).
constexpr double kTerminalLuminance = 0.25;

/// The escape code that starts the colour of a series.
std::string start_color(const Series& series) {
  return fmt::format("\x1b[38;5;{}m", terminal_color(brightened(series.color, kTerminalLuminance)));
}

constexpr const char* kEndColor = "\x1b[39m";

int nearest(double fraction, int cells) {
  return static_cast<int>(std::lround(fraction * (cells - 1)));
}

void draw_curve(DotCanvas& canvas, std::size_t index, LineStyle line, const PlotBox& box,
                const std::vector<PlotPoint>& curve) {
  DotPen pen(canvas, index, line);
  for (const Run& run : visible_runs(curve, box)) {
    for (std::size_t i = 0; i < run.size(); ++i) {
      const int x = nearest(axis_fraction(run[i].x, box.x), canvas.width());
      const int y = nearest(1 - axis_fraction(run[i].y, box.y), canvas.height());
      i == 0 ? pen.move_to(x, y) : pen.line_to(x, y);
      if (run.size() > 1) continue;
      for (const int side : {-1, 1}) {  // one dot alone is easily missed
        canvas.dot(index, x + side, y);
        canvas.dot(index, x, y + side);
      }
    }
  }
}

std::string canvas_line(const DotCanvas& canvas, int row, const std::vector<Series>& series,
                        bool color) {
  std::string line;
  std::optional<std::size_t> current;
  std::size_t end = 0;  // of the last character that is not a space
  for (int column = 0; column < canvas.columns(); ++column) {
    const auto here = canvas.series_at(column, row);
    if (color && here && here != current) {
      line += start_color(series[*here]);
      current = here;
    }
    line += canvas.character(column, row);
    if (here) end = line.size();
  }
  line.resize(end);
  return current ? line + kEndColor : line;
}

/// A piece of the curve's line, `columns` wide.
std::string sample(const std::vector<Series>& series, std::size_t index, int columns,
                   const TerminalOptions& options) {
  DotCanvas canvas(columns, 1, static_cast<std::int64_t>(series.size()), options.glyphs);
  DotPen pen(canvas, index, series[index].line);
  pen.move_to(0, canvas.height() / 2);
  pen.line_to(canvas.width() - 1, canvas.height() / 2);
  return canvas_line(canvas, 0, series, options.color);
}

/// The widest legend that fits, without the last labels if none does.
std::string legend(const std::vector<Series>& series, int columns, const TerminalOptions& options) {
  struct Spacing {
    int sample, gap;
  };
  std::string fitting;
  for (const Spacing spacing : {Spacing{5, 3}, Spacing{4, 2}, Spacing{3, 1}}) {
    std::string line;
    bool whole = true;
    for (std::size_t i = 0; i < series.size(); ++i) {
      if (series[i].label.empty()) continue;
      const std::string entry =
          fmt::format("{:{}}{} {}", "", line.empty() ? 0 : spacing.gap,
                      sample(series, i, spacing.sample, options), series[i].label);
      whole = whole && terminal_width(line) + terminal_width(entry) <= columns;
      if (whole) line += entry;
    }
    fitting = line;
    if (whole) break;
  }
  return fitting;
}

/// `text` put into `line` so that its middle is at `center`, kept inside; not at all where it
/// would touch what is there already.
void put_centered(std::string& line, const std::string& text, int center) {
  const int room = static_cast<int>(line.size()) - static_cast<int>(text.size());
  if (room < 0) return;
  const int at = std::clamp(center - static_cast<int>(text.size()) / 2, 0, room);
  const auto begin = static_cast<std::size_t>(std::max(at - 1, 0));
  const auto end = static_cast<std::size_t>(at) + text.size() + 1;
  if (line.find_first_not_of(' ', begin) < end) return;
  line.replace(static_cast<std::size_t>(at), text.size(), text);
}

/// `text` after as many spaces as centre it on the `width` columns that begin at `left`; a wider
/// text ends where they end.
std::string centered(const std::string& text, int left, int width) {
  const int room = width - terminal_width(text);
  return std::string(static_cast<std::size_t>(std::max(0, left + std::min(room, room / 2))), ' ') +
         text;
}

std::string header(const AnimatorOptions& options, int left, int columns,
                   const TerminalOptions& terminal) {
  if (options.ylabel.empty()) {
    return centered(legend(options.series, left + columns, terminal), left, columns);
  }
  const std::string_view name = cut_to_width(options.ylabel, columns / 3);
  const int rest = left + columns - terminal_width(name) - 2;
  return fmt::format("{}  {}", name, legend(options.series, rest, terminal));
}

/// What the axes are made of.
struct Strokes {
  const char *y, *y_tick, *corner, *x, *x_tick;
};

constexpr Strokes strokes_of(Glyphs glyphs) {
  return glyphs == Glyphs::kAscii ? Strokes{"|", "+", "+", "-", "+"}
                                  : Strokes{"│", "┤", "└", "─", "┬"};
}

/// What stands left of each row of the canvas: the axis, and the labels at their ticks.
std::vector<std::string> y_axis(const std::vector<Tick>& ticks, AxisLimits limits, int rows,
                                int label_width, const Strokes& strokes) {
  std::vector<std::string> lines(static_cast<std::size_t>(rows),
                                 fmt::format("{:{}} {}", "", label_width, strokes.y));
  for (const Tick& tick : ticks) {
    const int row = nearest(1 - axis_fraction(tick.value, limits), 4 * rows) / 4;
    lines[static_cast<std::size_t>(row)] =
        fmt::format("{:>{}} {}", tick.label, label_width, strokes.y_tick);
  }
  return lines;
}

/// The axis below a canvas of `columns` that begins at `left`, and the line of its labels.
std::string x_axis(AxisLimits limits, int left, int columns, const Strokes& strokes) {
  std::vector<const char*> axis(static_cast<std::size_t>(columns), strokes.x);
  std::string labels(static_cast<std::size_t>(left + columns), ' ');
  for (const Tick& tick : nice_ticks(limits, std::max(2, columns / 8))) {
    const int column = nearest(axis_fraction(tick.value, limits), 2 * columns) / 2;
    axis[static_cast<std::size_t>(column)] = strokes.x_tick;
    put_centered(labels, tick.label, left + column);
  }
  labels.resize(labels.find_last_not_of(' ') + 1);
  return fmt::format("{:{}}{}{}\n{}\n", "", left - 1, strokes.corner, fmt::join(axis, ""), labels);
}

}  // namespace

std::string Animator::terminal(const TerminalOptions& options) const {
  if (options.columns < 30 || options.rows < 6) {
    throw Error(ErrorKind::kUsage,
                fmt::format("Animator::terminal: {} columns and {} rows, want at "
                            "least 30 and 6",
                            options.columns, options.rows));
  }
  const PlotBox box{x_limits(), options.ylim ? with_width(*options.ylim) : y_limits()};
  const Strokes strokes = strokes_of(options.glyphs);
  const int plot_rows = options.rows - 4;  // less legend, axis, tick labels, name of the axis
  const auto y_ticks = nice_ticks(box.y, std::max(2, plot_rows / 2));
  int label_width = 0;
  for (const Tick& tick : y_ticks) label_width = std::max(label_width, terminal_width(tick.label));
  const int left = label_width + 2;  // a space and the axis
  const int plot_columns = options.columns - left;

  DotCanvas canvas(plot_columns, plot_rows, static_cast<std::int64_t>(curves_.size()),
                   options.glyphs);
  for (std::size_t i = 0; i < curves_.size(); ++i) {
    draw_curve(canvas, i, options_.series[i].line, box, curves_[i]);
  }
  std::string out = header(options_, left, plot_columns, options) + '\n';
  const auto y_axis_lines = y_axis(y_ticks, box.y, plot_rows, label_width, strokes);
  for (int row = 0; row < plot_rows; ++row) {
    out += y_axis_lines[static_cast<std::size_t>(row)];
    out += canvas_line(canvas, row, options_.series, options.color) + '\n';
  }
  out += x_axis(box.x, left, plot_columns, strokes);
  out += centered(std::string(cut_to_width(options_.xlabel, plot_columns)), left, plot_columns);
  return out += '\n';
}

}  // namespace lenet
