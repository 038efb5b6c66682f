#include "cli/signals.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>

namespace lenet::cli {
namespace {

/// Written by the handler, read by the threads that train: lock-free, as both want.
std::atomic<int> stop_signal = 0, save_asked = 0;
static_assert(std::atomic<int>::is_always_lock_free);

void handle(int signal) {
  if (signal == SIGUSR1) {
    save_asked = 1;
    return;
  }
  if (signal == SIGINT && stop_signal == SIGINT) _exit(128 + SIGINT);
  stop_signal = signal;
}

constexpr std::array kHandled = {SIGINT, SIGTERM, SIGUSR1};
constexpr std::array kIgnored = {SIGHUP, SIGPIPE, SIGXFSZ};

void set(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigaction(signal, &action, nullptr);
}

}  // namespace

void ignore_hangups() {
  for (const int signal : kIgnored) set(signal, SIG_IGN);
}

SignalRequests::SignalRequests() {
  stop_signal = 0;
  save_asked = 0;
  for (const int signal : kHandled) set(signal, handle);
}

SignalRequests::~SignalRequests() {
  for (const int signal : kHandled) set(signal, SIG_DFL);
}

int SignalRequests::stop() { return stop_signal; }

const char* signal_name(int signal) { return signal == SIGINT ? "SIGINT" : "SIGTERM"; }

bool SignalRequests::take_save() { return save_asked.exchange(0) != 0; }

}  // namespace lenet::cli
