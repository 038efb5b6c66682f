#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "lenet/animator.h"
#include "lenet/error.h"
#include "plot/dot_canvas.h"
#include "plot/text.h"

namespace lenet {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::string without_escapes(const std::string& text) {
  std::string plain;
  bool escape = false;
  for (const char c : text) {
    if (c == '\x1b') escape = true;
    if (!escape) plain += c;
    if (c == 'm') escape = false;
  }
  return plain;
}

std::int64_t count(const std::string& text, const std::string& part) {
  std::int64_t n = 0;
  for (std::size_t i = text.find(part); i != text.npos; i = text.find(part, i + 1)) ++n;
  return n;
}

Animator square(std::vector<Series> series) {
  return Animator(
      {.xlim = AxisLimits{0, 1}, .ylim = AxisLimits{0, 1}, .series = std::move(series)});
}

// 40 columns less "0.0 |" leave 35 for the plot; 12 rows less four of text leave 8.
constexpr TerminalOptions kSize{.columns = 40, .rows = 12};
constexpr int kPlotColumns = 35, kPlotRows = 8;

TEST(TerminalPlot, AHorizontalLineLightsOneRowOfDots) {
  for (const auto& [y, row, dots] : {std::tuple{1.0, 1, "⠉"}, {0.0, kPlotRows, "⣀"}}) {
    Animator animator = square({{""}});
    animator.add(0, {y});
    animator.add(1, {y});
    const std::string plot = animator.terminal(kSize);
    EXPECT_EQ(count(plot, dots), kPlotColumns);
    EXPECT_EQ(count(lines_of(plot).at(static_cast<std::size_t>(row)), dots), kPlotColumns);
  }
}

TEST(TerminalPlot, AVerticalLineLightsOneColumnOfDots) {
  Animator animator = square({{""}});
  animator.add(0, {0.0});
  animator.add(0, {1.0});
  const auto lines = lines_of(animator.terminal(kSize));
  for (std::size_t row = 1; row <= kPlotRows; ++row) {
    EXPECT_EQ(count(lines.at(row), "│⡇") + count(lines.at(row), "┤⡇"), 1) << lines[row];
  }
}

TEST(TerminalPlot, ADiagonalLightsOneDotAStep) {
  DotCanvas canvas(2, 1, 1, Glyphs::kBraille);
  DotPen pen(canvas, 0, LineStyle::kSolid);
  pen.move_to(0, 0);
  pen.line_to(3, 3);
  EXPECT_EQ(canvas.character(0, 0), "⠑");  // dots 1 and 5
  EXPECT_EQ(canvas.character(1, 0), "⢄");  // dots 3 and 8
}

TEST(TerminalPlot, DashesLeaveGapsThatContinueAtCorners) {
  DotCanvas canvas(6, 1, 1, Glyphs::kBraille);
  DotPen pen(canvas, 0, LineStyle::kDashed);
  pen.move_to(0, 0);
  for (int x = 1; x < 12; ++x) pen.line_to(x, 0);
  std::string drawn;
  for (int column = 0; column < 6; ++column) drawn += canvas.character(column, 0);
  EXPECT_EQ(drawn, "⠉⠉ ⠉⠉ ");
}

TEST(TerminalPlot, ACellHasTheColorOfTheSeriesWithMostDots) {
  DotCanvas canvas(2, 1, 3, Glyphs::kBraille);
  EXPECT_EQ(canvas.series_at(0, 0), std::nullopt);
  canvas.dot(0, 0, 0);
  canvas.dot(0, 1, 1);
  canvas.dot(2, 0, 3);
  EXPECT_EQ(canvas.series_at(0, 0), 0u);
  canvas.dot(2, 1, 3);
  EXPECT_EQ(canvas.series_at(0, 0), 2u) << "the later of equals lies on top";
  canvas.dot(1, -1, 0);
  canvas.dot(1, 4, 0);
  canvas.dot(1, 0, 4);
  EXPECT_EQ(canvas.series_at(1, 0), std::nullopt);
}

TEST(TerminalPlot, NanLeavesAGap) {
  Animator animator = square({{""}});
  for (const auto& [x, y] : {std::pair{0.0, 1.0}, {0.4, 1.0}, {0.5, NAN}, {0.6, 1.0}, {1.0, 1.0}}) {
    animator.add(x, {y});
  }
  const std::string top = lines_of(animator.terminal(kSize)).at(1);
  const std::size_t gap = top.find("  ");
  ASSERT_NE(gap, top.npos) << top;
  EXPECT_NE(top.find("⠉", gap), top.npos) << top;
}

Animator busy() {
  Animator animator({.ylabel = "loss and accuracy", .xlim = AxisLimits{1, 10}});
  for (int i = 1; i <= 50; ++i) {
    animator.add(i / 5.0, {2.5 / i, 0.9 - 0.8 / i, i % 5 == 0 ? std::optional(0.8) : std::nullopt});
  }
  return animator;
}

TEST(TerminalPlot, FitsItsSize) {
  const Animator animator = busy();
  for (const int columns : {30, 39, 40, 79, 80, 200}) {
    for (const int rows : {6, 7, 12, 24, 60}) {
      const auto lines = lines_of(animator.terminal({.columns = columns, .rows = rows}));
      EXPECT_EQ(lines.size(), static_cast<std::size_t>(rows));
      for (const auto& line : lines) EXPECT_LE(terminal_width(line), columns) << line;
    }
  }
  EXPECT_THROW(animator.terminal({.columns = 29, .rows = 20}), Error);
  EXPECT_THROW(animator.terminal({.columns = 80, .rows = 5}), Error);
}

TEST(TerminalPlot, ColorsAddNothingButEscapeCodes) {
  const Animator animator = busy();
  const std::string plain = animator.terminal({.columns = 80, .rows = 20});
  const std::string colored = animator.terminal({.columns = 80, .rows = 20, .color = true});
  EXPECT_EQ(plain.find('\x1b'), plain.npos);
  EXPECT_NE(colored.find("\x1b[38;5;"), colored.npos);
  EXPECT_EQ(without_escapes(colored), plain);
  for (const auto& line : lines_of(colored)) {
    const std::size_t last = line.rfind("\x1b[");
    if (last == line.npos) continue;
    EXPECT_EQ(line.substr(last, 5), "\x1b[39m") << "reset at the line's end";
  }
}

TEST(TerminalPlot, NamesTheSeriesTheAxisAndTheTicks) {
  Animator animator({.xlim = AxisLimits{1, 10}, .ylim = AxisLimits{0, 1}});
  const auto lines = lines_of(animator.terminal({.columns = 80, .rows = 20}));
  for (const char* label : {" train loss", " train acc", " test acc"}) {
    EXPECT_EQ(count(lines.front(), label), 1);
  }
  EXPECT_EQ(count(lines.back(), "epoch"), 1);
  EXPECT_NE(lines[18].find("10"), std::string::npos);
  EXPECT_EQ(lines[1].substr(0, 3), "1.0");
  EXPECT_EQ(lines[16].substr(0, 3), "0.0");
}

TEST(TerminalPlot, OfBlocksHasTwoDotsACharacter) {
  TerminalOptions options = kSize;
  options.glyphs = Glyphs::kBlock;
  for (const auto& [y, row, block] : {std::tuple{1.0, 1, "▀"}, {0.0, kPlotRows, "▄"}}) {
    Animator animator = square({{""}});
    animator.add(0, {y});
    animator.add(1, {y});
    const auto lines = lines_of(animator.terminal(options));
    EXPECT_EQ(count(lines[static_cast<std::size_t>(row)], block), kPlotColumns);
  }
}

TEST(TerminalPlot, OfLettersIsAscii) {
  TerminalOptions options = kSize;
  options.glyphs = Glyphs::kAscii;
  Animator animator = square({{"one"}, {"two", 0, LineStyle::kDashed}});
  for (const double x : {0.0, 1.0}) animator.add(x, {1, 0});
  const std::string text = animator.terminal(options);
  EXPECT_TRUE(std::ranges::all_of(text, [](char c) { return (c >= ' ' && c < 0x7F) || c == '\n'; }))
      << text;
  EXPECT_TRUE(text.find("***** one   ooooo two") != text.npos);
  EXPECT_EQ(count(text, "*"), kPlotColumns + 5);
  EXPECT_EQ(count(text, "o"), kPlotColumns + 5 + 3);  // without dashes, and in three words
}

TEST(TerminalPlot, TakesOtherLimits) {
  Animator animator = square({{""}});
  for (const double x : {0.0, 1.0}) animator.add(x, {1});
  TerminalOptions options = kSize;
  options.ylim = AxisLimits{0, 2};
  EXPECT_TRUE(animator.terminal(options).find("2 ┤") != std::string::npos);
}

}  // namespace
}  // namespace lenet
