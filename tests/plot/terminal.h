// A terminal to draw on.
#pragma once

#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

namespace lenet {

/// A terminal whose screen is what was written to it.
class Terminal {
 public:
  Terminal(unsigned short columns, unsigned short rows) {
    termios raw{};
    ::cfmakeraw(&raw);
    winsize size{rows, columns, 0, 0};
    int terminal = -1;
    if (::openpty(&screen_, &terminal, nullptr, &raw, &size) != 0) std::abort();
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

  /// The next frame, up to the code that ends it.
  std::string frame() {
    std::string text;
    while (text.find("\x1b[?2026l") == text.npos && readable(60'000)) {
      char buffer[4096];
      const ssize_t n = ::read(screen_, buffer, sizeof buffer);
      if (n <= 0) break;
      text.append(buffer, static_cast<std::size_t>(n));
    }
    return text;
  }

  bool silent() { return !readable(20); }

 private:
  bool readable(int milliseconds) {
    pollfd screen{screen_, POLLIN, 0};
    return ::poll(&screen, 1, milliseconds) == 1;
  }

  int screen_ = -1;
  std::FILE* file_ = nullptr;
};

}  // namespace lenet
