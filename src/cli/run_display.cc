#include "cli/run_display.h"

#include <fmt/format.h>

#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "cli/say.h"
#include "plot/live.h"

namespace lenet::cli {
namespace {

/// Data may be loaded twice, whole and split as in a run, to be compared with the run's.
void say_once(const std::string& note) {
  static std::set<std::string> said;
  if (said.insert(note).second) say_note(note);
}

/// A line of a terminal that is written anew, and gone at the end of its life. Nothing elsewhere.
class ProgressLine {
 public:
  ProgressLine() = default;
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void show(const std::string& text) {
    if (!terminal_) return;
    say(stderr, "\r\x1b[K{}", text);
    shown_ = true;
  }
  void clear() {
    if (shown_) say(stderr, "\r\x1b[K");
    shown_ = false;
  }

 private:
  bool terminal_ = can_redraw(stderr), shown_ = false;
};

/// Shows a download, each text once.
class DownloadLine {
 public:
  void show(std::string_view name, std::int64_t bytes, std::int64_t total) {
    const std::string text = fmt::format("downloading {}: {} of {} KiB", name, bytes / 1024,
                                         total > 0 ? fmt::format("{}", total / 1024) : "?");
    if (can_redraw(stderr)) {
      if (text != last_) say(stderr, "\r\x1b[K{}{}", text, bytes == total ? "\n" : "");
    } else if (bytes == total && total > 0 && text != last_) {
      say(stderr, "{}\n", text);
    }
    last_ = text;
  }

 private:
  std::string last_;
};

/// `say_it` takes a note, with nothing on its line.
LoadSettings settings_for(int threads, const Note& say_it) {
  const auto line = std::make_shared<ProgressLine>();
  LoadSettings settings;
  settings.threads = threads;
  settings.note = [line, say_it](const std::string& note) {
    line->clear();
    say_it(note);
  };
  settings.reading = [line](std::int64_t done, std::int64_t all) {
    line->show(fmt::format("reading images: {} of {}", done, all));
    if (done == all) line->clear();
  };
  settings.download = [download = DownloadLine()](std::string_view name, std::int64_t bytes,
                                                  std::int64_t total) mutable {
    download.show(name, bytes, total);
  };
  return settings;
}

}  // namespace

LoadSettings load_settings(int threads) { return settings_for(threads, say_once); }

RunSettings RunDisplay::settings() {
  const LoadSettings loading = settings_for(0, say_note);
  RunSettings settings;
  settings.stop = [] { return SignalRequests::stop() != 0; };
  settings.save = SignalRequests::take_save;
  settings.started = [this](const std::string& line) {
    if (!signals_) signals_.emplace();
    if (announce_) say(stdout, "{}\n", line);
  };
  settings.note = loading.note;
  settings.ended = [](const std::string& line) { say(stderr, "{}\n", line); };
  settings.reading = loading.reading;
  settings.download = loading.download;
  return settings;
}

void RunDisplay::end_stopped(const std::filesystem::path& folder) {
  const int signal = SignalRequests::stop();
  say(stderr, "stopped by {}; to go on: lenet train --resume {}\n", signal_name(signal),
      folder.string());
  throw Stopped{signal};
}

}  // namespace lenet::cli
