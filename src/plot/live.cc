#include "plot/live.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <string>
#include <string_view>

#include "base/require.h"
#include "base/text.h"
#include "plot/axis.h"
#include "plot/text.h"

namespace lenet {
namespace {

struct TerminalSize {
  int columns = 80;
  int rows = 24;
};

/// The size right now, 80x24 where the terminal does not tell.
TerminalSize terminal_size(std::FILE* out) {
  winsize found{};
  TerminalSize size;
  if (::ioctl(::fileno(out), TIOCGWINSZ, &found) != 0) return size;
  if (found.ws_col > 0) size.columns = found.ws_col;
  if (found.ws_row > 0) size.rows = found.ws_row;
  return size;
}

/// Whether the locale's characters are UTF-8. That of a bare system ("C", or none) says nothing
/// against it.
bool has_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);
    if (!value || *value == '\0') continue;
    const std::string locale = lower_case(std::string(value));
    const bool bare = locale == "c" || locale == "posix";
    return bare || locale.find("utf-8") != locale.npos || locale.find("utf8") != locale.npos;
  }
  return true;
}

std::optional<Glyphs> glyphs_of(TerminalPlot plot) {
  switch (plot) {
    case TerminalPlot::kAuto: {
      const char* term = std::getenv("TERM");
      if (!has_utf8()) return Glyphs::kAscii;
      return term && std::string_view(term) == "linux" ? Glyphs::kBlock : Glyphs::kBraille;
    }
    case TerminalPlot::kBraille:
      return Glyphs::kBraille;
    case TerminalPlot::kBlock:
      return Glyphs::kBlock;
    case TerminalPlot::kAscii:
      return Glyphs::kAscii;
    case TerminalPlot::kNone:
      return {};
  }
  unknown("kind of plot");
}

/// Rows that lines of these widths take up in a terminal that wraps them.
int rows_taken(const std::vector<int>& widths, int columns) {
  int rows = 0;
  for (const int width : widths) rows += std::max(1, (width + columns - 1) / columns);
  return rows;
}

}  // namespace

bool can_redraw(std::FILE* out) {
  const char* term = std::getenv("TERM");
  return ::isatty(::fileno(out)) != 0 && term && std::string_view(term) != "dumb";
}

int terminal_columns(std::FILE* out) { return terminal_size(out).columns; }

LiveOptions live_options(std::FILE* out, TerminalPlot plot) {
  const char* no_color = std::getenv("NO_COLOR");
  const bool in_place = can_redraw(out);
  return {.in_place = in_place,
          .color = in_place && (!no_color || *no_color == '\0'),
          .glyphs = glyphs_of(plot)};
}

void LiveDisplay::step(const Progress& progress) {
  progress_ = progress;
  if (!options_.in_place || std::chrono::steady_clock::now() < due_) return;
  draw();
}

void LiveDisplay::epoch(const EpochResult& result) {
  if (options_.in_place) {
    progress_.test_metric = result.test_metric;
    progress_.test_margin = result.test_margin;
    return;
  }
  const std::string line = epoch_line(result) + '\n';
  std::fwrite(line.data(), 1, line.size(), out_);
  std::fflush(out_);
}

void LiveDisplay::finish() {
  if (!options_.in_place || progress_.epoch == 0) return;
  progress_.seconds_left = std::numeric_limits<double>::quiet_NaN();
  draw();
  drawn_.clear();
  ylim_.reset();
  progress_ = {};
}

/// The plot for a terminal of this size, nothing where it is too small. Its shape is about the
/// SVG's, a character being twice as high as wide. The axis stays as it is as long as it can, and
/// may shrink at the beginning of an epoch.
std::string LiveDisplay::plot(int columns, int rows) {
  constexpr int kLeastColumns = 40, kMostColumns = 100, kLeastRows = 8;
  const int across = std::min(columns - 1, kMostColumns);
  const int down = std::min(rows - 3, across / 4);  // leaves progress, cursor and the command
  if (!options_.glyphs || columns < kLeastColumns || down < kLeastRows) return "";
  ylim_ = steady_limits(animator_.y_limits(), ylim_, progress_.epoch != ylim_epoch_);
  ylim_epoch_ = progress_.epoch;
  return animator_.terminal({.columns = across,
                             .rows = down,
                             .color = options_.color,
                             .glyphs = *options_.glyphs,
                             .ylim = ylim_});
}

/// One write: up to the first line of the last frame, each line over the old one and the rest of
/// it cleared, then whatever is left below. Nothing is erased before it is drawn anew. A terminal
/// that can (DEC mode 2026) shows all of it at once.
void LiveDisplay::draw() {
  const TerminalSize size = terminal_size(out_);
  std::string frame = "\x1b[?2026h";
  if (!drawn_.empty()) frame += fmt::format("\x1b[{}A\r", rows_taken(drawn_, size.columns));
  drawn_.clear();
  // The last column stays free: there some terminals would wrap or clear the wrong cell.
  const std::string text =
      plot(size.columns, size.rows) +
      progress_line(progress_, size.columns - 1, options_.color, options_.glyphs) + '\n';
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    const std::string_view line = std::string_view(text).substr(begin, end - begin);
    frame.append(line).append("\x1b[K\n");
    drawn_.push_back(terminal_width(line));
    begin = end + 1;
  }
  frame += "\x1b[J\x1b[?2026l";
  std::fwrite(frame.data(), 1, frame.size(), out_);
  std::fflush(out_);
  due_ = std::chrono::steady_clock::now() + options_.frame;
}

}  // namespace lenet
