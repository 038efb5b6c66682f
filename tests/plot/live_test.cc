#include "plot/live.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <string>

#include "base/replaced_new.h"
#include "data/test_files.h"
#include "plot/terminal.h"
#include "plot/text.h"

namespace {
std::atomic<std::int64_t> allocations{0};
}

void* lenet::replaced::allocate(std::size_t size) {
  ++allocations;
  return std::malloc(size);
}
void lenet::replaced::release(void* memory) noexcept { std::free(memory); }

namespace lenet {
namespace {

Progress progress_at(std::int64_t step) {
  return {.epoch = 1, .epochs = 2, .step = step, .steps = 10, .loss = 2.3, .metric = 0.1};
}

// On 80x24: 79 columns of plot, a fourth as many rows, and the line of progress.
constexpr std::int64_t kFrameLines = 79 / 4 + 1;

const std::string kBegin = "\x1b[?2026h";  // of a frame

std::string up(std::int64_t rows) { return "\x1b[" + std::to_string(rows) + "A\r"; }

std::int64_t line_count(const std::string& frame) {
  return std::count(frame.begin(), frame.end(), '\n');
}

/// The rows of a terminal this wide that the lines of a frame take up.
std::int64_t rows_when_wrapped(const std::string& frame, int columns) {
  std::int64_t rows = 0;
  for (std::size_t begin = 0, end; (end = frame.find("\x1b[K\n", begin)) != frame.npos;
       begin = end + 4) {
    const int width = terminal_width(frame.substr(begin, end - begin));
    rows += width <= columns ? 1 : (width + columns - 1) / columns;
  }
  return rows;
}

TEST(LiveDisplay, MovesUpExactlyTheLinesDrawnBefore) {
  Terminal terminal(80, 24);
  Animator animator({.xlim = AxisLimits{1, 2}});
  LiveDisplay live(terminal.file(), animator, {.in_place = true});
  live.step(progress_at(1));
  const std::string first = terminal.frame();
  EXPECT_TRUE(first.starts_with(kBegin)) << "shown at once";
  EXPECT_EQ(first.find("A\r"), first.npos);
  EXPECT_EQ(line_count(first), kFrameLines);
  live.finish();
  const std::string second = terminal.frame();
  EXPECT_TRUE(second.starts_with(kBegin + up(line_count(first))));
  EXPECT_EQ(line_count(second), line_count(first));
  live.finish();
  EXPECT_TRUE(terminal.silent()) << "the picture stays once";
}

TEST(LiveDisplay, CountsTheRowsOfLinesThatANarrowerTerminalWraps) {
  Terminal terminal(100, 40);
  Animator animator({.xlim = AxisLimits{1, 2}});
  LiveDisplay live(terminal.file(), animator, {.in_place = true});
  live.step(progress_at(1));
  const std::string wide = terminal.frame();
  terminal.resize(50, 40);
  live.finish();
  const std::string narrow = terminal.frame();
  const std::int64_t rows = rows_when_wrapped(wide.substr(kBegin.size()), 50);
  EXPECT_GT(rows, line_count(wide));
  EXPECT_TRUE(narrow.starts_with(kBegin + up(rows)));
  EXPECT_EQ(rows_when_wrapped(narrow.substr(narrow.find('\r') + 1), 50), line_count(narrow));
}

TEST(LiveDisplay, ShowsOnlyProgressWhereThePlotDoesNotFit) {
  for (const auto& [columns, rows] : {std::pair{30, 24}, {80, 6}, {1, 1}}) {
    Terminal terminal(static_cast<unsigned short>(columns), static_cast<unsigned short>(rows));
    Animator animator;
    LiveDisplay live(terminal.file(), animator, {.in_place = true});
    live.step(progress_at(1));
    EXPECT_EQ(line_count(terminal.frame()), 1) << columns << "x" << rows;
  }
}

TEST(LiveDisplay, DrawsAndAllocatesNothingUntilAFrameIsDue) {
  Terminal terminal(80, 24);
  Animator animator;
  LiveDisplay live(terminal.file(), animator, {.in_place = true, .frame = std::chrono::hours(1)});
  live.step(progress_at(1));
  const std::int64_t before = allocations;
  live.step(progress_at(2));
  live.step(progress_at(3));
  EXPECT_EQ(allocations, before);
  EXPECT_EQ(line_count(terminal.frame()), kFrameLines);
  EXPECT_TRUE(terminal.silent());
}

TEST(LiveDisplay, DrawsAFrameThatIsDue) {
  Terminal terminal(80, 24);
  Animator animator;
  LiveDisplay live(terminal.file(), animator, {.in_place = true, .frame = {}});
  for (std::int64_t step = 1; step <= 3; ++step) {
    live.step(progress_at(step));
    EXPECT_EQ(line_count(terminal.frame()), kFrameLines);
  }
}

TEST(LiveDisplay, WritesALineAnEpochWhereThereIsNoTerminal) {
  char* text = nullptr;
  std::size_t size = 0;
  std::FILE* file = ::open_memstream(&text, &size);
  Animator animator;
  LiveDisplay live(file, animator, {.in_place = false, .color = true});
  for (std::int64_t epoch = 1; epoch <= 2; ++epoch) {
    for (std::int64_t step = 1; step <= 10; ++step) live.step(progress_at(step));
    live.epoch({.epoch = epoch,
                .epochs = 2,
                .loss = 1.5,
                .train_metric = 0.25,
                .test_metric = 0.5,
                .images_per_second = 1000});
  }
  live.finish();
  std::fclose(file);
  EXPECT_STREQ(text,
               "epoch 1/2  loss 1.500  train acc 0.250  test acc 0.500  1,000 images/s\n"
               "epoch 2/2  loss 1.500  train acc 0.250  test acc 0.500  1,000 images/s\n");
  std::free(text);
}

TEST(LiveDisplay, IsSilentWhenNothingWasTrained) {
  Terminal terminal(80, 24);
  Animator animator;
  LiveDisplay live(terminal.file(), animator, {.in_place = true});
  live.finish();
  EXPECT_TRUE(terminal.silent());
}

TEST(LiveDisplay, UsesNoColorUnlessAsked) {
  Terminal terminal(80, 24);
  Animator animator;
  animator.add(1, {2.3, 0.1, 0.1});
  LiveDisplay plain(terminal.file(), animator, {.in_place = true});
  plain.step(progress_at(1));
  const std::string frame = terminal.frame();
  for (std::size_t i = frame.find('\x1b'); i != frame.npos; i = frame.find('\x1b', i + 1)) {
    EXPECT_NE(frame[frame.find_first_of("AJKhlm", i)], 'm');
  }
}

TEST(LiveDisplay, KeepsItsAxisWithinAnEpoch) {
  Terminal terminal(80, 24);
  Animator animator({.xlim = AxisLimits{0, 1}});
  LiveDisplay live(terminal.file(), animator, {.in_place = true, .frame = {}});
  const auto top = [&](double loss) {
    animator.add(0.1, {loss, std::nullopt, std::nullopt});
    live.step(progress_at(1));
    const std::string frame = terminal.frame(), tick = " ┤";
    const std::size_t end = frame.find(tick), begin = frame.rfind('\n', end);
    return frame.substr(begin + 1, end - begin - 1);
  };
  const std::string first = top(2.3);
  EXPECT_EQ(top(2.32), first);
  EXPECT_NE(top(5.1), first);
}

TEST(LiveDisplay, EndsWithTheTestMetricOfTheLastEpoch) {
  Terminal terminal(120, 24);
  Animator animator;
  LiveDisplay live(terminal.file(), animator, {.in_place = true, .glyphs = std::nullopt});
  live.step(progress_at(10));
  terminal.frame();
  live.epoch({.epoch = 1, .epochs = 2, .test_metric = 0.772, .test_margin = 0.008});
  live.finish();
  const std::string frame = terminal.frame();
  EXPECT_NE(frame.find("test acc 0.772 ± 0.008"), frame.npos) << frame;
  EXPECT_EQ(line_count(frame), 1) << "no curves";
}

TEST(LiveOptions, TakeGlyphsThatTheTerminalHas) {
  const ScopedEnv all("LC_ALL", ""), type("LC_CTYPE", "");
  const auto glyphs = [](const char* lang, const char* term) {
    const ScopedEnv language("LANG", lang), terminal("TERM", term);
    return live_options(stdout).glyphs;
  };
  EXPECT_EQ(glyphs("de_DE.UTF-8", "xterm"), Glyphs::kBraille);
  EXPECT_EQ(glyphs("zh_CN.utf8", "xterm"), Glyphs::kBraille);
  EXPECT_EQ(glyphs("", "xterm"), Glyphs::kBraille);
  EXPECT_EQ(glyphs("C", "xterm"), Glyphs::kBraille);
  EXPECT_EQ(glyphs("de_DE.UTF-8", "linux"), Glyphs::kBlock);
  EXPECT_EQ(glyphs("de_DE.ISO-8859-1", "xterm"), Glyphs::kAscii);
  EXPECT_EQ(live_options(stdout, TerminalPlot::kBlock).glyphs, Glyphs::kBlock);
  EXPECT_EQ(live_options(stdout, TerminalPlot::kNone).glyphs, std::nullopt);
}

}  // namespace
}  // namespace lenet
