#include "plot/dot_canvas.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string_view>

#include "base/require.h"

namespace lenet {
namespace {

/// Whether the dashes of a line show its dot number `step`. Two dots are a character's width.
bool pen_down(LineStyle line, int step) {
  switch (line) {
    case LineStyle::kSolid:
      return true;
    case LineStyle::kDashed:
      return step % 6 < 4;
    case LineStyle::kDashDot:
      return step % 10 < 6 || step % 10 == 8;
    case LineStyle::kDotted:
      return step % 3 == 0;
  }
  unknown("line style");
}

}  // namespace

DotCanvas::DotCanvas(int columns, int rows, std::int64_t series, Glyphs glyphs)
    : columns_(columns),
      rows_(rows),
      series_(static_cast<std::size_t>(series)),
      glyphs_(glyphs),
      across_(glyphs == Glyphs::kBraille ? 2 : 1),
      down_(glyphs == Glyphs::kBraille ? 4
            : glyphs == Glyphs::kBlock ? 2
                                       : 1),
      dots_(static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows) * series_) {}

std::size_t DotCanvas::cell(int column, int row) const {
  return static_cast<std::size_t>(row * columns_ + column) * series_;
}

void DotCanvas::dot(std::size_t series, int x, int y) {
  constexpr std::uint8_t kBits[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
  if (x < 0 || x >= width() || y < 0 || y >= height()) return;
  dots_[cell(x / across_, y / down_) + series] |= kBits[y % down_][x % across_];
}

std::string DotCanvas::character(int column, int row) const {
  unsigned dots = 0;
  for (std::size_t s = 0; s < series_; ++s) dots |= dots_[cell(column, row) + s];
  if (dots == 0) return " ";
  switch (glyphs_) {
    case Glyphs::kBraille:  // U+2800 + dots in UTF-8
      return {'\xe2', static_cast<char>(0xa0 | dots >> 6), static_cast<char>(0x80 | (dots & 0x3f))};
    case Glyphs::kBlock:
      return dots == 1 ? "▀" : dots == 2 ? "▄" : "█";
    case Glyphs::kAscii: {
      constexpr std::string_view kLetters = "*o+x#%@=";
      return {kLetters[*series_at(column, row) % kLetters.size()]};
    }
  }
  unknown("kind of glyphs");
}

std::optional<std::size_t> DotCanvas::series_at(int column, int row) const {
  std::optional<std::size_t> strongest;
  int most = 1;
  for (std::size_t s = 0; s < series_; ++s) {
    const int count = std::popcount(dots_[cell(column, row) + s]);
    if (count < most) continue;
    most = count;
    strongest = s;
  }
  return strongest;
}

void DotPen::move_to(int x, int y) {
  steps_ = 0;
  step_to(x, y);
}

void DotPen::line_to(int x, int y) {
  const int from_x = x_, from_y = y_;
  const int steps = std::max(std::abs(x - from_x), std::abs(y - from_y));
  for (int i = 1; i <= steps; ++i) {
    const double t = static_cast<double>(i) / steps;
    step_to(from_x + static_cast<int>(std::lround(t * (x - from_x))),
            from_y + static_cast<int>(std::lround(t * (y - from_y))));
  }
}

void DotPen::step_to(int x, int y) {
  if (pen_down(line_, steps_++)) canvas_.dot(series_, x, y);
  x_ = x;
  y_ = y;
}

}  // namespace lenet
