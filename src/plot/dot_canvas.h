// A grid of characters, each of some dots.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lenet/animator.h"

namespace lenet {

class DotCanvas {
 public:
  /// Takes the columns and rows in characters.
  DotCanvas(int columns, int rows, std::int64_t series, Glyphs glyphs);

  Glyphs glyphs() const { return glyphs_; }
  int columns() const { return columns_; }
  int width() const { return across_ * columns_; }  ///< in dots
  int height() const { return down_ * rows_; }      ///< in dots

  /// Lights the dot at x from the left and y from the top; outside the canvas it does nothing.
  void dot(std::size_t series, int x, int y);

  /// The character of a cell as UTF-8, a space where no dot is lit.
  std::string character(int column, int row) const;

  /// The series with the most dots in the cell, the last of equals, as later curves lie on top.
  std::optional<std::size_t> series_at(int column, int row) const;

 private:
  std::size_t cell(int column, int row) const;

  int columns_;
  int rows_;
  std::size_t series_;
  Glyphs glyphs_;
  int across_, down_;               // dots of a character
  std::vector<std::uint8_t> dots_;  // [row][column][series], a bit a dot as Unicode numbers them
};

/// Draws lines of one series, carrying the pattern of dashes on from each to the next.
class DotPen {
 public:
  /// Letters tell curves apart without dashes.
  DotPen(DotCanvas& canvas, std::size_t series, LineStyle line)
      : canvas_(canvas),
        series_(series),
        line_(canvas.glyphs() == Glyphs::kAscii ? LineStyle::kSolid : line) {}

  /// Begins a new line with the dot at (x, y).
  void move_to(int x, int y);

  /// Draws the dots that follow on the way to (x, y).
  void line_to(int x, int y);

 private:
  void step_to(int x, int y);

  DotCanvas& canvas_;
  std::size_t series_;
  LineStyle line_;
  int x_ = 0;
  int y_ = 0;
  int steps_ = 0;
};

}  // namespace lenet
