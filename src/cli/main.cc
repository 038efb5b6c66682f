#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdlib>
#include <new>

#include "cli/commands.h"
#include "lenet/error.h"
#include "lenet/simd.h"

namespace {

std::string version() {
  return fmt::format("lenet {} ({}, SIMD target {})", LENET_VERSION, LENET_COMPILER,
                     lenet::simd_target());
}

/// LENET_SIMD=avx2 forces an instruction set.
void read_environment() {
  if (const char* simd = std::getenv("LENET_SIMD"); simd && *simd) lenet::use_simd_target(simd);
}

int run(int argc, char** argv) {
  read_environment();
  CLI::App app(
      "Trains, inspects and ships small convolutional networks: LeNet of Dive into Deep "
      "Learning 6.6, and your own.");
  app.set_version_flag("--version", version());
  app.require_subcommand(1);
  app.footer(
      "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 bad input file, 4 training diverged, "
      "5 I/O error.\nLENET_SIMD=avx512|avx2|ssse3 forces an instruction set.");
  lenet::cli::add_train(app);
  lenet::cli::add_eval(app);
  lenet::cli::add_summary(app);
  lenet::cli::add_bench(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : static_cast<int>(lenet::ErrorKind::kUsage);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const lenet::Error& e) {
    fmt::print(stderr, "lenet: {}\n", e.what());
    return static_cast<int>(e.kind());
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "lenet: not enough memory\n");
  } catch (const std::exception& e) {
    fmt::print(stderr, "lenet: {}\n", e.what());
  }
  return static_cast<int>(lenet::ErrorKind::kFailed);
}
