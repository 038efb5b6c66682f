// What runs and sweeps do about signals, closed pipes and folders that vanish while they go.
#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "cli/cli_test.h"
#include "lenet/checkpoint.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

class CliSignals : public Cli {
 protected:
  /// A run that goes on for minutes.
  std::unique_ptr<RunningProgram> started(const std::string& out, const std::string& every,
                                          const std::string& model) const {
    const Words words = {
        "train", "--data", "bands", "--out",    out,      "--model",   model, "--batch-size",
        "20",    "--lr",   "0.001", "--epochs", "100000", "--threads", "1",   "--checkpoint-every",
        every};
    return std::make_unique<RunningProgram>(words, Surroundings{.folder = dir_});
  }

  /// The same, once it has a point of its plot.
  std::unique_ptr<RunningProgram> endless(const std::string& out,
                                          const std::string& every = "100000epochs") const {
    auto program = started(out, every, "Flatten Linear(3)");
    wait_until([&] { return lines(out + "/metrics.jsonl") > 0; });
    return program;
  }

  /// For at most ten minutes, as the program runs: this machine may be busy.
  static void wait_until(const std::function<bool()>& condition) {
    const auto end = steady_clock::now() + std::chrono::minutes(10);
    while (!condition()) {
      ASSERT_LT(steady_clock::now(), end);
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }

  std::ptrdiff_t lines(const fs::path& file) const {
    return fs::exists(dir_ / file) ? std::ranges::count(content(file), '\n') : 0;
  }

  fs::path checkpoint(const std::string& out) const {
    return dir_ / out / "checkpoint.safetensors";
  }
};

TEST_F(CliSignals, StopARunThatSavesAndSaysHowToGoOn) {
  for (const auto& [signal, name] : {std::pair{SIGINT, "SIGINT"}, {SIGTERM, "SIGTERM"}}) {
    const auto program = endless(name);
    program->send(signal);
    const Outcome outcome = program->wait();
    EXPECT_EQ(outcome.exit_code, 128 + signal);
    EXPECT_TRUE(contains(outcome.err, std::string("stopped by ") + name +
                                          "; to go on: lenet train --resume " + name));
    EXPECT_GT(load_checkpoint(checkpoint(name)).state.report.examples, 0);
  }
}

TEST_F(CliSignals, User1SavesAndTheRunGoesOn) {
  const auto program = endless("out");
  EXPECT_FALSE(fs::exists(checkpoint("out")));
  program->send(SIGUSR1);
  wait_until([&] { return fs::exists(checkpoint("out")); });
  const std::ptrdiff_t saved = lines("out/metrics.jsonl");
  wait_until([&] { return lines("out/metrics.jsonl") > saved; });
  program->send(SIGTERM);
  EXPECT_EQ(program->wait().exit_code, 128 + SIGTERM);
}

TEST_F(CliSignals, ASecondInterruptLeavesAtOnceWithTheLastCheckpointIntact) {
  // A step takes a tenth of a second or more. On a busy machine the second signal may come too late
  // all the same, when the first has ended the run: that does not count.
  bool at_once = false;
  for (int i = 0; i < 50 && !at_once; ++i) {
    const std::string out = std::to_string(i);
    const auto program = started(
        out, "1steps", "Conv2d(128, 5, padding=2) Conv2d(128, 5, padding=2) Flatten Linear(3)");
    wait_until([&] { return fs::exists(checkpoint(out)); });
    program->send(SIGINT);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    program->send(SIGINT);
    const Outcome outcome = program->wait();
    EXPECT_EQ(outcome.exit_code, 128 + SIGINT);
    EXPECT_GT(load_checkpoint(checkpoint(out)).state.report.examples, 0);
    at_once = outcome.err.find("stopped by") == std::string::npos;
  }
  EXPECT_TRUE(at_once);
}

TEST_F(CliSignals, AClosedTerminalOrPipeStopsNeitherTrainingNorSaving) {
  ASSERT_EQ(train("whole", {"--epochs", "5"}).exit_code, 0);
  RunningProgram piped(train_words("piped", {"--epochs", "5"}),
                       {.folder = dir_, .closed_pipe = true});
  piped.wait();
  EXPECT_EQ(content("piped/model.safetensors"), content("whole/model.safetensors"));

  const auto program = endless("hung");
  program->send(SIGHUP);
  const std::ptrdiff_t before = lines("hung/metrics.jsonl");
  wait_until([&] { return lines("hung/metrics.jsonl") > before; });
  program->send(SIGTERM);
  EXPECT_EQ(program->wait().exit_code, 128 + SIGTERM);
}

TEST_F(CliSignals, AFolderThatVanishesIsReportedAndTriedAgain) {
  const auto program = endless("out", "50steps");
  wait_until([&] { return fs::exists(checkpoint("out")); });
  fs::rename(dir_ / "out", dir_ / "elsewhere");
  wait_until([&] { return contains(program->err_so_far(), "training goes on"); });
  EXPECT_TRUE(contains(program->err_so_far(), "out/checkpoint.safetensors: cannot create"));
  EXPECT_TRUE(contains(program->err_so_far(), "after 0 bytes"));
  // The folder may have gone just when the newest had become the previous one.
  const fs::path previous = dir_ / "elsewhere/checkpoint.previous.safetensors";
  const bool newest_is_there = fs::exists(checkpoint("elsewhere"));
  load_checkpoint(newest_is_there ? checkpoint("elsewhere") : previous);
  fs::create_directory(dir_ / "out");
  wait_until([&] { return fs::exists(checkpoint("out")); });
  program->send(SIGTERM);
  EXPECT_EQ(program->wait().exit_code, 128 + SIGTERM);
}

TEST_F(CliSignals, EndAFindLrWithoutARate) {
  const Words words = {"find-lr",           "--data",       "bands",    "--model",
                       "Flatten Linear(3)", "--batch-size", "20",       "--steps",
                       "1000000",           "-o",           "curve.svg"};
  RunningProgram program(words, {.folder = dir_});
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  program.send(SIGINT);
  const Outcome outcome = program.wait();
  EXPECT_EQ(outcome.exit_code, 128 + SIGINT);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(entries(), Words{"bands"});
}

/// Killed wherever it is, four times, with branches, statistics of batches and random numbers under
/// way.
TEST_F(CliSignals, AKilledRunOfBranchesEndsAsOneThatWasNot) {
  const auto words = [](const std::string& out) {
    return Words{"train",
                 "--data",
                 "bands",
                 "--out",
                 out,
                 "--model",
                 "Conv2d(8, 3, padding=1) Sum[ Conv2d(8, 3, padding=1) BatchNorm2d ReLU | "
                 "Concat[ | Conv2d(4, 1) ] Conv2d(8, 1) ] Residual[ BatchNorm2d Dropout(0.2) ] "
                 "Scale[ AdaptiveAvgPool2d(1) Conv2d(8, 1) Sigmoid ] ReLU Flatten Linear(3)",
                 "--batch-size",
                 "20",
                 "--lr",
                 "0.01",
                 "--epochs",
                 "50",
                 "--threads",
                 "2",
                 "--checkpoint-every",
                 "1steps"};
  };
  ASSERT_EQ(run(words("whole")).exit_code, 0);
  const std::ptrdiff_t all = lines("whole/metrics.jsonl");
  for (std::ptrdiff_t kills = 0; kills < 4; ++kills) {
    RunningProgram program(kills == 0 ? words("killed") : Words{"train", "--resume", "killed"},
                           {.folder = dir_});
    wait_until([&] {
      return lines("killed/metrics.jsonl") >= all * (kills + 1) / 5 &&
             fs::exists(checkpoint("killed"));
    });
  }
  ASSERT_EQ(run({"train", "--resume", "killed"}).exit_code, 0);
  for (const char* file : {"model.safetensors", "metrics.jsonl"}) {
    EXPECT_EQ(content(fs::path("killed") / file), content(fs::path("whole") / file)) << file;
  }
}

class CliSweepSignals : public CliSignals {
 protected:
  static Words sweep_words(const std::string& out) {
    return {"sweep",    "--data", "bands",      "--model",   "Flatten Linear(3)",
            "--epochs", "20",     "--lr",       "0.1",       "--batch-size",
            "20",       "--grid", "seed=0..19", "--threads", "2",
            "--out",    out};
  }
};

TEST_F(CliSweepSignals, KilledItEndsAsOneThatWasNot) {
  ASSERT_EQ(run(sweep_words("whole")).exit_code, 0);
  for (const std::ptrdiff_t done : {1, 5, 12}) {
    RunningProgram program(sweep_words("killed"), {.folder = dir_});
    wait_until([&] { return lines("killed/runs.jsonl") >= done; });
    program.send(SIGKILL);
    EXPECT_EQ(program.wait().exit_code, 128 + SIGKILL);
    EXPECT_FALSE(fs::exists(dir_ / "killed/sweep.csv"));
  }
  const Outcome outcome = run(sweep_words("killed"));
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_FALSE(contains(outcome.err, "20/20"));
  EXPECT_EQ(content("killed/sweep.csv"), content("whole/sweep.csv"));
}

TEST_F(CliSweepSignals, StoppedItSaysSoAndGoesOn) {
  Words words = sweep_words("sweep");
  words[6] = "200";
  RunningProgram program(words, {.folder = dir_});
  wait_until([&] { return lines("sweep/runs.jsonl") >= 2; });
  program.send(SIGINT);
  const Outcome outcome = program.wait();
  EXPECT_EQ(outcome.exit_code, 128 + SIGINT);
  EXPECT_TRUE(contains(outcome.err, "stopped by SIGINT after "));
  const std::ptrdiff_t done = lines("sweep/runs.jsonl");
  EXPECT_TRUE(contains(outcome.err, fmt::format("after {} of 20 runs", done)));
  EXPECT_TRUE(contains(run(words).err, fmt::format("{0}/{0}  run", 20 - done)));
  EXPECT_EQ(lines("sweep/sweep.csv"), 21);
}

TEST_F(CliSweepSignals, AClosedPipeDoesNotStopIt) {
  RunningProgram(sweep_words("sweep"), {.folder = dir_, .closed_pipe = true}).wait();
  EXPECT_EQ(lines("sweep/sweep.csv"), 21);
}

TEST_F(CliSweepSignals, AnotherSweepIsRefusedInTheSameFolder) {
  Words words = sweep_words("sweep");
  words[6] = "100000";
  RunningProgram program(words, {.folder = dir_});
  wait_until([&] { return fs::exists(dir_ / "sweep/sweep.json"); });
  expect_refusal(run(words), 2, {"sweep: another run writes into this folder (process"});
  program.send(SIGKILL);
}

}  // namespace
}  // namespace lenet
