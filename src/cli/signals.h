// Signals that ask a run to stop or to save.
#pragma once

namespace lenet::cli {

/// From here on a closed terminal or pipe does not end the program, and a file that may grow no
/// more is an error of the write: SIGHUP, SIGPIPE and SIGXFSZ are ignored.
void ignore_hangups();

/// Until its end SIGINT and SIGTERM ask to stop, SIGUSR1 asks to save. A second SIGINT ends the
/// program at once. One at a time.
class SignalRequests {
 public:
  SignalRequests();
  ~SignalRequests();
  SignalRequests(const SignalRequests&) = delete;
  SignalRequests& operator=(const SignalRequests&) = delete;

  static int stop();        ///< the signal that asks to stop, or 0
  static bool take_save();  ///< whether saving was asked for since the last call
};

/// "SIGINT" or "SIGTERM".
const char* signal_name(int signal);

/// Thrown once a run has stopped and saved: the program ends with 128 + signal.
struct Stopped {
  int signal;
};

}  // namespace lenet::cli
