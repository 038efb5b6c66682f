// Animator::svg. Lengths are points (1/72 inch) and, with the styles, those of matplotlib.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

#include "base/require.h"
#include "base/text.h"
#include "lenet/animator.h"
#include "plot/axis.h"
#include "plot/color.h"
#include "plot/curve.h"
#include "plot/legend.h"
#include "plot/text.h"

namespace lenet {
namespace {

constexpr double kInch = 72;
constexpr double kFont = 10;
constexpr double kLine = 1.5;
constexpr double kHair = 0.8;
constexpr double kDot = 4;  // across
constexpr double kTick = 3.5;
constexpr double kPad = 4;
constexpr double kSample = 2 * kFont;  // the piece of line in the legend

// Contrast of at least 6:1 with the dark page.
constexpr double kDarkLuminance = 0.3;
constexpr const char* kDarkColors = R"(  .lenet-plot .page { fill: #0d1117 }
  .lenet-plot .text { fill: #e6edf3 }
  .lenet-plot .frame { stroke: #9198a1 }
  .lenet-plot .grid { stroke: #30363d }
  .lenet-plot .legend { fill: #0d1117; stroke: #3d444d }
)";

template <typename... Args>
void print(std::string& out, fmt::format_string<Args...> format, Args&&... args) {
  fmt::format_to(std::back_inserter(out), format, std::forward<Args>(args)...);
}

/// print, and the end of the line.
template <typename... Args>
void element(std::string& out, fmt::format_string<Args...> format, Args&&... args) {
  print(out, format, std::forward<Args>(args)...);
  out += '\n';
}

/// Text for an XML file; characters that XML 1.0 forbids, and those of a text that is no UTF-8,
/// become U+FFFD.
std::string escaped(const std::string& text) {
  std::string out;
  const bool utf8 = is_utf8(text);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\t' && c != '\n') || (byte >= 0x80 && !utf8)) {
      out += "\uFFFD";
    } else if (constexpr std::string_view kSpecial = "&<>\""; kSpecial.find(c) != kSpecial.npos) {
      print(out, "&#{};", static_cast<int>(c));
    } else {
      out += c;
    }
  }
  return out;
}

/// The rectangle of the axes on the page, and what is written along it.
struct Axes {
  PlotBox data;
  std::vector<Tick> x_ticks, y_ticks;
  double left = 0, top = 0, width = 0, height = 0;

  double x(double value) const { return left + width * axis_fraction(value, data.x); }
  double y(double value) const { return top + height * (1 - axis_fraction(value, data.y)); }
  PlotBox page() const { return {{left, left + width}, {top, top + height}}; }
};

/// The curves on the page, cut at the axes.
using Lines = std::vector<std::vector<Run>>;

using PlotCurves = std::vector<std::vector<PlotPoint>>;

const char* dash_attribute(LineStyle line) {
  switch (line) {
    case LineStyle::kSolid:
      return "";
    case LineStyle::kDashed:
      return R"( stroke-dasharray="5.55 2.4")";
    case LineStyle::kDashDot:
      return R"( stroke-dasharray="9.6 2.4 1.5 2.4")";
    case LineStyle::kDotted:
      return R"( stroke-dasharray="1.5 2.475")";
  }
  unknown("line style");
}

void draw_style(std::string& out, const std::vector<Series>& series, const PlotCurves& bands) {
  out += "<style>\n@media (prefers-color-scheme: dark) {\n";
  out += kDarkColors;
  for (std::size_t i = 0; i < series.size(); ++i) {
    element(out, R"(  .lenet-plot .series{} {{ stroke: #{:06x} }})", i,
            brightened(series[i].color, kDarkLuminance));
    if (bands[i].empty()) continue;
    element(out, R"(  .lenet-plot .band{} {{ fill: #{:06x} }})", i,
            brightened(series[i].color, kDarkLuminance));
  }
  out += "}\n</style>\n";
}

void draw_axes(std::string& out, const Axes& axes) {
  const double right = axes.left + axes.width, bottom = axes.top + axes.height;
  std::string grid, marks, labels;
  for (const Tick& tick : axes.x_ticks) {
    const double x = axes.x(tick.value);
    print(grid, "M{:.2f} {:.2f}V{:.2f}", x, axes.top, bottom);
    print(marks, "M{:.2f} {:.2f}v{:.2f}", x, bottom, kTick);
    element(labels, R"(<text x="{:.2f}" y="{:.2f}" text-anchor="middle">{}</text>)", x,
            bottom + kTick + 0.3 * kFont + 0.76 * kFont, tick.label);
  }
  for (const Tick& tick : axes.y_ticks) {
    const double y = axes.y(tick.value);
    print(grid, "M{:.2f} {:.2f}H{:.2f}", axes.left, y, right);
    print(marks, "M{:.2f} {:.2f}h{:.2f}", axes.left, y, -kTick);
    element(labels, R"(<text x="{:.2f}" y="{:.2f}" text-anchor="end">{}</text>)",
            axes.left - kTick - 0.35 * kFont, y + 0.36 * kFont, tick.label);
  }
  element(out, R"(<path class="grid" d="{}" fill="none" stroke="#d8d8d8" stroke-width="{}"/>)",
          grid, kHair);
  element(out, R"(<path class="frame" d="{}" fill="none" stroke="#000000" stroke-width="{}"/>)",
          marks, kHair);
  element(out, R"(<g class="text">)");
  out += labels;
  element(out, "</g>");
}

void draw_axis_names(std::string& out, const Axes& axes, const AnimatorOptions& options,
                     double page_height) {
  if (!options.xlabel.empty()) {
    element(out, R"(<text class="text" x="{:.2f}" y="{:.2f}" text-anchor="middle">{}</text>)",
            axes.left + axes.width / 2, page_height - kPad - 0.24 * kFont, escaped(options.xlabel));
  }
  if (!options.ylabel.empty()) {
    element(out,
            R"(<text class="text" text-anchor="middle" )"
            R"svg(transform="translate({:.2f} {:.2f}) rotate(-90)">{}</text>)svg",
            kPad + 0.76 * kFont, axes.top + axes.height / 2, escaped(options.ylabel));
  }
}

void draw_frame(std::string& out, const Axes& axes) {
  element(out,
          R"(<rect class="frame" x="{:.2f}" y="{:.2f}" width="{:.2f}" height="{:.2f}" )"
          R"(fill="none" stroke="#000000" stroke-width="{}"/>)",
          axes.left, axes.top, axes.width, axes.height, kHair);
}

std::vector<Run> on_page(const std::vector<PlotPoint>& curve, const Axes& axes) {
  std::vector<Run> runs = visible_runs(curve, axes.data);
  for (Run& run : runs) {
    for (PlotPoint& p : run) p = {axes.x(p.x), axes.y(p.y)};
  }
  return runs;
}

void draw_runs(std::string& out, std::size_t index, const Series& series,
               const std::vector<Run>& runs) {
  for (const Run& run : runs) {
    if (run.size() == 1) {  // a disc, drawn as a ring without a hole
      element(out,
              R"(<circle class="series{}" cx="{:.2f}" cy="{:.2f}" r="{:.2f}" fill="none" )"
              R"(stroke="#{:06x}" stroke-width="{}"/>)",
              index, run[0].x, run[0].y, kDot / 4, series.color, kDot / 2);
      continue;
    }
    std::string points;
    for (const PlotPoint& p : run) {
      print(points, "{}{:.2f},{:.2f}", points.empty() ? "" : " ", p.x, p.y);
    }
    element(out,
            R"(<polyline class="series{}" points="{}" fill="none" stroke="#{:06x}" )"
            R"(stroke-width="{}" stroke-linejoin="round"{}/>)",
            index, points, series.color, kLine, dash_attribute(series.line));
  }
}

/// Forth along the low side and back along the high one, kept within the axes.
void draw_band(std::string& out, std::size_t index, const Series& series, const Axes& axes,
               const std::vector<PlotPoint>& lows, const std::vector<PlotPoint>& highs) {
  if (lows.empty()) return;
  std::string points;
  const auto add = [&](const PlotPoint& p) {
    const double x = std::clamp(p.x, axes.data.x.min, axes.data.x.max);
    const double y = std::clamp(p.y, axes.data.y.min, axes.data.y.max);
    print(points, "{}{:.2f},{:.2f}", points.empty() ? "" : " ", axes.x(x), axes.y(y));
  };
  std::ranges::for_each(lows, add);
  std::for_each(highs.rbegin(), highs.rend(), add);
  element(out, R"(<polygon class="band{}" points="{}" fill="#{:06x}" fill-opacity="0.2"/>)", index,
          points, series.color);
}

void draw_legend(std::string& out, const Axes& axes, const std::vector<Series>& series,
                 const Lines& lines) {
  constexpr double kRow = 1.45 * kFont;
  double text = 0;
  int rows = 0;
  for (const Series& s : series) {
    if (s.label.empty()) continue;
    text = std::max(text, kFont * text_width(s.label));
    ++rows;
  }
  if (rows == 0) return;
  const double width = kSample + text + 4 * kPad;
  const double height = rows * kRow + kPad;
  const PlotPoint at = best_legend_place(axes.page(), width, height, lines);
  element(out,
          R"(<rect class="legend" x="{:.2f}" y="{:.2f}" width="{:.2f}" height="{:.2f}" )"
          R"(rx="2" fill="#ffffff" fill-opacity="0.8" stroke="#cccccc"/>)",
          at.x, at.y, width, height);
  double y = at.y + kPad / 2 + kRow / 2;
  for (std::size_t i = 0; i < series.size(); ++i) {
    if (series[i].label.empty()) continue;
    const double x = at.x + kPad;
    element(out,
            R"(<path class="series{}" d="M{:.2f} {:.2f}h{:.2f}" stroke="#{:06x}" )"
            R"(stroke-width="{}"{}/>)",
            i, x, y, kSample, series[i].color, kLine, dash_attribute(series[i].line));
    element(out, R"(<text class="text" x="{:.2f}" y="{:.2f}">{}</text>)", x + kSample + 1.5 * kPad,
            y + 0.36 * kFont, escaped(series[i].label));
    y += kRow;
  }
}

/// What a screen reader says after the title: where each curve has arrived.
std::string description(const AnimatorOptions& options, const PlotCurves& curves) {
  std::string text;
  for (std::size_t i = 0; i < curves.size(); ++i) {
    const auto last = std::find_if(curves[i].rbegin(), curves[i].rend(),
                                   [](PlotPoint p) { return drawable(p.x) && drawable(p.y); });
    if (last == curves[i].rend()) continue;
    print(text, "{}{}: {:.4g} at {} {:.4g}", text.empty() ? "" : ", ", options.series[i].label,
          last->y, options.xlabel, last->x);
  }
  return text;
}

std::string title(const AnimatorOptions& options) {
  std::string labels;
  for (const Series& series : options.series) {
    if (series.label.empty()) continue;
    print(labels, "{}{}", labels.empty() ? "" : ", ", series.label);
  }
  return options.xlabel.empty() ? labels : fmt::format("{} by {}", labels, options.xlabel);
}

/// The axes fill what the labels leave of the page.
Axes lay_out(const AnimatorOptions& options, const PlotBox& data) {
  const double page_width = kInch * options.width, page_height = kInch * options.height;
  const double below = kTick + 1.3 * kFont + (options.xlabel.empty() ? 0 : 1.2 * kFont) + kPad;
  Axes axes;
  axes.data = data;
  axes.top = 2 * kPad;
  axes.height = page_height - axes.top - below;
  axes.y_ticks = nice_ticks(data.y, std::max(3, static_cast<int>(axes.height / (1.6 * kFont))));
  double widest = 0;
  for (const Tick& tick : axes.y_ticks) widest = std::max(widest, text_width(tick.label));
  axes.left = kPad + (options.ylabel.empty() ? 0 : 1.4 * kFont) + (widest + 0.35) * kFont + kTick;
  axes.width = page_width - axes.left - 2.5 * kPad;
  axes.x_ticks = nice_ticks(data.x, std::max(3, static_cast<int>(axes.width / (2.6 * kFont))));
  return axes;
}

}  // namespace

std::string Animator::svg() const {
  const Axes axes = lay_out(options_, {x_limits(), y_limits()});
  const double page_width = kInch * options_.width, page_height = kInch * options_.height;
  const std::string name = escaped(title(options_));
  std::string out;
  element(out,
          R"(<svg xmlns="http://www.w3.org/2000/svg" class="lenet-plot" role="img" )"
          R"(aria-label="{}" width="{}in" height="{}in" viewBox="0 0 {} {}" )"
          R"(font-family="'DejaVu Sans', Verdana, sans-serif" font-size="{}">)",
          name, options_.width, options_.height, page_width, page_height, kFont);
  element(out, "<title>{}</title>", name);
  element(out, "<desc>{}</desc>", escaped(description(options_, curves_)));
  draw_style(out, options_.series, lows_);
  element(out, R"(<rect class="page" width="100%" height="100%" fill="#ffffff"/>)");
  draw_axes(out, axes);
  draw_axis_names(out, axes, options_, page_height);
  for (std::size_t i = 0; i < curves_.size(); ++i) {
    draw_band(out, i, options_.series[i], axes, lows_[i], highs_[i]);
  }
  Lines lines;
  for (std::size_t i = 0; i < curves_.size(); ++i) {
    lines.push_back(on_page(curves_[i], axes));
    draw_runs(out, i, options_.series[i], lines.back());
  }
  draw_frame(out, axes);
  draw_legend(out, axes, options_.series, lines);
  return out += "</svg>\n";
}

}  // namespace lenet
