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

TEST_F(CliOutput, FullDiskUnderTheMetricsStopsTheRunAndSaysSo) {
  fs::create_directory(dir_ / "out");
  fs::create_symlink("/dev/full", dir_ / "out/metrics.jsonl");
  const Outcome outcome = train("out", {"--force"});
  EXPECT_EQ(outcome.exit_code, kIo);
  EXPECT_TRUE(contains(outcome.err, "metrics.jsonl"));
  EXPECT_TRUE(contains(outcome.err, "No space left"));
  EXPECT_FALSE(fs::exists(dir_ / "out/model.safetensors"));
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
