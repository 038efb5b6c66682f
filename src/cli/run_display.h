// What a run shows in the terminal, and the signals that it answers.
#pragma once

#include <filesystem>
#include <optional>

#include "cli/signals.h"
#include "lenet/run.h"
#include "run/data_options.h"

namespace lenet::cli {

/// With what shows on stderr what is told while data is read: lines, and in a terminal one of
/// progress.
LoadSettings load_settings(int threads);

/// Of a command that trains one run. From its start on SIGINT and SIGTERM save and stop it, and
/// SIGUSR1 saves it.
class RunDisplay {
 public:
  /// announce: the lines before the first step, on the standard output.
  explicit RunDisplay(bool announce) : announce_(announce) { ignore_hangups(); }

  /// They refer to this.
  RunSettings settings();

  /// Of a run that was stopped: says how it goes on, if its folder is given. Throws Stopped.
  [[noreturn]] void end_stopped(const std::filesystem::path& folder);

 private:
  bool announce_;
  std::optional<SignalRequests> signals_;
};

}  // namespace lenet::cli
