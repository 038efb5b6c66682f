#include "plot/live.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <string>

#include "plot/text.h"

namespace {
std::atomic<std::int64_t> allocations{0};
}

void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace lenet {
namespace {

/// A terminal whose screen is what was written to it.
class Terminal {
 public:
  Terminal(unsigned short columns, unsigned short rows) {
    termios raw{};
    ::cfmakeraw(&raw);
    winsize size{rows, columns, 0, 0};
    int terminal = -1;
    if (::openpty(&screen_, &terminal, nullptr, &raw, &size) != 0) std::abort();
    ::fcntl(screen_, F_SETFL, O_NONBLOCK);
    file_ = ::fdopen(terminal, "w");
  }
  ~Terminal() {
    std::fclose(file_);
    ::close(screen_);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  std::FILE* file() const { return file_; }

  void resize(unsigned short columns, unsigned short rows) {
    const winsize size{rows, columns, 0, 0};
    ::ioctl(screen_, TIOCSWINSZ, &size);
  }

  /// What was written since the last call.
  std::string written() {
    std::string text;
    char buffer[4096];
    for (ssize_t n; (n = ::read(screen_, buffer, sizeof buffer)) > 0;) {
      text.append(buffer, static_cast<std::size_t>(n));
    }
    return text;
  }

 private:
  int screen_ = -1;
  std::FILE* file_ = nullptr;
};

Progress progress_at(std::int64_t step) {
  return {.epoch = 1, .epochs = 2, .step = step, .steps = 10, .loss = 2.3, .accuracy = 0.1};
}

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
  const std::string first = terminal.written();
  EXPECT_EQ(first.find("A\r"), first.npos);
  EXPECT_LT(line_count(first), 24);
  EXPECT_GE(line_count(first), 12);
  live.finish();
  const std::string second = terminal.written();
  EXPECT_TRUE(second.starts_with(up(line_count(first))));
  EXPECT_EQ(line_count(second), line_count(first));
}

TEST(LiveDisplay, CountsTheRowsOfLinesThatANarrowerTerminalWraps) {
  Terminal terminal(100, 40);
  Animator animator({.xlim = AxisLimits{1, 2}});
  LiveDisplay live(terminal.file(), animator, {.in_place = true});
  live.step(progress_at(1));
  const std::string wide = terminal.written();
  terminal.resize(50, 40);
  live.finish();
  const std::string narrow = terminal.written();
  const std::int64_t rows = rows_when_wrapped(wide, 50);
  EXPECT_GT(rows, line_count(wide));
  EXPECT_TRUE(narrow.starts_with(up(rows)));
  EXPECT_EQ(rows_when_wrapped(narrow.substr(up(rows).size()), 50), line_count(narrow));
}

TEST(LiveDisplay, ShowsOnlyProgressWhereThePlotDoesNotFit) {
  for (const auto& [columns, rows] : {std::pair{30, 24}, {80, 6}, {1, 1}}) {
    Terminal terminal(static_cast<unsigned short>(columns), static_cast<unsigned short>(rows));
    Animator animator;
    LiveDisplay live(terminal.file(), animator, {.in_place = true});
    live.step(progress_at(1));
    EXPECT_EQ(line_count(terminal.written()), 1) << columns << "x" << rows;
  }
}

TEST(LiveDisplay, DrawsAndAllocatesNothingUntilAFrameIsDue) {
  Terminal terminal(80, 24);
  Animator animator;
  LiveDisplay live(terminal.file(), animator, {.in_place = true});
  live.step(progress_at(1));
  EXPECT_NE(terminal.written(), "");
  const std::int64_t before = allocations;
  live.step(progress_at(2));
  live.step(progress_at(3));
  EXPECT_EQ(allocations, before);
  EXPECT_EQ(terminal.written(), "");
  ::usleep(110'000);
  live.step(progress_at(4));
  EXPECT_NE(terminal.written(), "");
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
                .train_accuracy = 0.25,
                .test_accuracy = 0.5,
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
  EXPECT_EQ(terminal.written(), "");
}

TEST(LiveDisplay, UsesNoColorUnlessAsked) {
  Terminal terminal(80, 24);
  Animator animator;
  animator.add(1, {2.3, 0.1, 0.1});
  LiveDisplay plain(terminal.file(), animator, {.in_place = true});
  plain.step(progress_at(1));
  const std::string frame = terminal.written();
  for (std::size_t i = frame.find('\x1b'); i != frame.npos; i = frame.find('\x1b', i + 1)) {
    EXPECT_NE(frame[frame.find_first_of("AJKm", i)], 'm');
  }
}

}  // namespace
}  // namespace lenet
