// Where results cannot be written: exit code 5, the path named, nothing half written.
#include "cli/cli_test.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;

constexpr int kIo = 5;

class CliOutput : public Cli {};

TEST_F(CliOutput, FolderBelowAFileCannotBeWritten) {
  write_file(dir_ / "file", "kept");
  for (const char* out : {"file", "file/out", "file/a/b"}) {
    expect_refusal(train(out), kIo, {out});
  }
  EXPECT_EQ(content("file"), "kept");
  EXPECT_EQ(entries(), (Words{"bands", "file"}));
}

TEST_F(CliOutput, FolderInProcCannotBeWritten) {
  expect_refusal(train("/proc/lenet/out"), kIo, {"/proc/lenet"});
}

TEST_F(CliOutput, RunsThatIsAFileStopsARunWithoutOut) {
  write_file(dir_ / "runs", "kept");
  expect_refusal(run({"train", "--data", "bands", "--batch-size", "20"}), kIo, {"runs"});
  EXPECT_EQ(content("runs"), "kept");
}

TEST_F(CliOutput, MetricsThatCannotBeWrittenEndTheRunOnlyIfAskedTo) {
  const Surroundings small{.folder = dir_, .largest_file = 2'500};
  const Words options = {"--epochs", "7", "--checkpoint-every", "100epochs", "--on-write-error"};
  const auto outcome = [&](const std::string& what) {
    Words words = train_words(what, options);
    words.push_back(what);
    return run_program(words, small);
  };
  const Outcome stopped = outcome("stop"), going = outcome("continue");
  EXPECT_EQ(stopped.exit_code, kIo);
  EXPECT_TRUE(contains(stopped.err, "stop/metrics.jsonl: cannot write (after 2500 bytes)"));
  EXPECT_FALSE(contains(stopped.err, "epoch 7"));
  EXPECT_EQ(going.exit_code, kIo);  // in the end
  EXPECT_TRUE(contains(going.err, "continue/metrics.jsonl: cannot write (after 2500 bytes)"));
  EXPECT_TRUE(contains(going.err, "training goes on"));
  EXPECT_TRUE(contains(going.err, "epoch 7"));
}

TEST_F(CliOutput, ModelThatDoesNotFitTheDiskLeavesNoPart) {
  // Of the files of a run only LeNet's weights, 62 kB, exceed this.
  const Surroundings small{.folder = dir_, .largest_file = 50'000};
  const Outcome outcome = run_program(
      {"train", "--data", "bands", "--batch-size", "20", "--max-steps", "1", "--out", "out"},
      small);
  EXPECT_EQ(outcome.exit_code, kIo);
  EXPECT_TRUE(contains(outcome.err, "model.safetensors"));
  EXPECT_EQ(entries("out"), (Words{"metrics.jsonl", "run.json"}));
}

TEST_F(CliOutput, ResultsThatDoNotFitTheDiskAreAnError) {
  ASSERT_EQ(train("out").exit_code, 0);
  const Surroundings full{.folder = dir_, .output_file = "/dev/full"};
  for (const Words& words :
       {Words{"--help"}, Words{"--version"}, Words{"summary"},
        Words{"eval", "out/model.safetensors", "--data", "bands", "--json"},
        train_words("out2", {"--json"}), train_words("out3", {"--epochs", "100", "--json"})}) {
    const Outcome outcome = run_program(words, full);
    EXPECT_EQ(outcome.exit_code, kIo) << words[0];
    EXPECT_TRUE(contains(outcome.err, "lenet: "));
  }
}

TEST_F(CliOutput, PathThatIsNotUtf8IsTakenAndJsonStaysJson) {
  const Outcome outcome = train("out\xff", {"--json"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_TRUE(Json::accept(outcome.out));
  EXPECT_TRUE(fs::exists(dir_ / "out\xff" / "model.safetensors"));
}

}  // namespace
}  // namespace lenet
