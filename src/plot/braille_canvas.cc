#include "plot/braille_canvas.h"

#include <algorithm>
#include <bit>
#include <cmath>

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

BrailleCanvas::BrailleCanvas(int columns, int rows, std::int64_t series)
    : columns_(columns),
      rows_(rows),
      series_(static_cast<std::size_t>(series)),
      dots_(static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows) * series_) {}

std::size_t BrailleCanvas::cell(int column, int row) const {
  return static_cast<std::size_t>(row * columns_ + column) * series_;
}

void BrailleCanvas::dot(std::size_t series, int x, int y) {
  constexpr std::uint8_t kBits[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
  if (x < 0 || x >= width() || y < 0 || y >= height()) return;
  dots_[cell(x / 2, y / 4) + series] |= kBits[y % 4][x % 2];
}

std::string BrailleCanvas::character(int column, int row) const {
  unsigned dots = 0;
  for (std::size_t s = 0; s < series_; ++s) dots |= dots_[cell(column, row) + s];
  if (dots == 0) return " ";
  // U+2800 + dots in UTF-8
  return {'\xe2', static_cast<char>(0xa0 | dots >> 6), static_cast<char>(0x80 | (dots & 0x3f))};
}

std::optional<std::size_t> BrailleCanvas::series_at(int column, int row) const {
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

void BraillePen::move_to(int x, int y) {
  steps_ = 0;
  step_to(x, y);
}

void BraillePen::line_to(int x, int y) {
  const int from_x = x_, from_y = y_;
  const int steps = std::max(std::abs(x - from_x), std::abs(y - from_y));
  for (int i = 1; i <= steps; ++i) {
    const double t = static_cast<double>(i) / steps;
    step_to(from_x + static_cast<int>(std::lround(t * (x - from_x))),
            from_y + static_cast<int>(std::lround(t * (y - from_y))));
  }
}

void BraillePen::step_to(int x, int y) {
  if (pen_down(line_, steps_++)) canvas_.dot(series_, x, y);
  x_ = x;
  y_ = y;
}

}  // namespace lenet
