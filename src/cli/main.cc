#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>
#include <system_error>

#include "base/text.h"
#include "cli/commands.h"
#include "cli/say.h"
#include "cli/signals.h"
#include "lenet/error.h"
#include "lenet/simd.h"

namespace {

std::string version() {
  return fmt::format("lenet {} ({}, SIMD target {})", LENET_VERSION, LENET_COMPILER,
                     lenet::simd_target());
}

/// LENET_SIMD=avx2 forces an instruction set.
void read_environment() {
  const char* simd = std::getenv("LENET_SIMD");
  if (!simd || !*simd) return;
  try {
    lenet::use_simd_target(simd);
  } catch (const lenet::Error& e) {
    throw lenet::Error(e.kind(), fmt::format("{} (set by $LENET_SIMD)", e.what()));
  }
}

/// A full disk may show only when the last bytes leave the buffer.
void flush_results() {
  if (std::fflush(stdout) == 0 && !std::ferror(stdout)) return;
  throw lenet::Error(lenet::ErrorKind::kIo,
                     "standard output: cannot write the results (is the disk full?)");
}

/// A message, which may hold names out of files, without what a terminal acts on.
std::string shown(std::string message) {
  const auto acts = [](char c) { return lenet::is_control(c) && c != '\n' && c != '\t'; };
  std::ranges::replace_if(message, acts, '?');
  return message;
}

/// What `lenet` alone says.
constexpr const char* kFirstCommands = R"(no command; to begin with:

  lenet train                     LeNet on Fashion-MNIST, its curve drawn live
  lenet eval runs/latest          its accuracy on the test set, class by class
  lenet predict runs/latest FILE  what it sees in a PNG or JPEG

Run lenet --help for all commands.)";

int run(int argc, char** argv) {
  read_environment();
  const lenet::cli::Command app(
      "lenet",
      "Trains, inspects and ships small convolutional networks: LeNet of Dive into Deep Learning "
      "6.6, and your own.",
      "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 bad input file, 4 training diverged, "
      "5 I/O error.\nLENET_SIMD=avx512|avx2|ssse3 forces an instruction set.");
  app.version_flag(version());
  lenet::cli::add_train(app);
  lenet::cli::add_sweep(app);
  lenet::cli::add_find_lr(app);
  lenet::cli::add_reproduce(app);
  lenet::cli::add_eval(app);
  lenet::cli::add_predict(app);
  lenet::cli::add_data_command(app);
  lenet::cli::add_export(app);
  lenet::cli::add_import(app);
  lenet::cli::add_runs(app);
  lenet::cli::add_plot(app);
  lenet::cli::add_watch(app);
  lenet::cli::add_board(app);
  lenet::cli::add_report(app);
  lenet::cli::add_show(app);
  lenet::cli::add_summary(app);
  lenet::cli::add_bench(app);
  lenet::cli::add_recipe(app);
  lenet::cli::add_completion(app);
  lenet::cli::add_manual(app);
  if (argc < 2) throw lenet::Error(lenet::ErrorKind::kUsage, kFirstCommands);
  app.parse(argc, argv);
  flush_results();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const lenet::Error& e) {
    lenet::cli::say(stderr, "lenet: {}\n", shown(e.what()));
    return static_cast<int>(e.kind());
  } catch (const lenet::cli::Stopped& stopped) {
    return 128 + stopped.signal;
  } catch (const std::system_error& e) {  // fmt::print's, when a write fails
    lenet::cli::say(stderr, "lenet: {}\n", shown(e.what()));
    if (std::ferror(stdout)) return static_cast<int>(lenet::ErrorKind::kIo);
  } catch (const std::bad_alloc&) {
    lenet::cli::say(stderr, "lenet: not enough memory\n");
  } catch (const std::exception& e) {
    lenet::cli::say(stderr, "lenet: {}\n", shown(e.what()));
  }
  return static_cast<int>(lenet::ErrorKind::kFailed);
}
