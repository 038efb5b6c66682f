// Runs as a library: a folder that goes on, without a word to the terminal.
#include "lenet/run.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/sha256.h"
#include "data/bands.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

class RunLibrary : public TestFolder {
 protected:
  RunLibrary() { write_bands(dir_ / "bands"); }

  RunOptions options() const {
    RunOptions options;
    options.data.path = (dir_ / "bands").string();
    options.model = "Flatten Linear(3)";
    options.fit.epochs = 3;
    options.fit.batch_size = 20;
    options.fit.lr = 0.5;
    options.fit.threads = 1;
    return options;
  }

  RunSettings settings(const char* out) const { return {.out = dir_ / out, .figure = nullptr}; }

  std::string weights(const char* out) const {
    return sha256_of_file(dir_ / out / "model.safetensors");
  }

  Json record(const char* out) const {
    return Json::parse(read_file(dir_ / out / "run.json", 1 << 20));
  }
};

TEST_F(RunLibrary, WritesTheFolderOfARunAndPrintsNothing) {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const TrainedRun run = train_run(options(), settings("out"));
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_GT(run.report.test_acc(), 0.9);
  EXPECT_EQ(run.report.epochs.size(), 3u);
  EXPECT_EQ(run.folder, dir_ / "out");
  EXPECT_EQ(Json::parse(run.result), record("out").at("result"));
  EXPECT_EQ(Json::parse(run.result).at("sha256"), weights("out"));
  for (const char* file : {"metrics.jsonl", "curves.svg", "checkpoint.safetensors"}) {
    EXPECT_TRUE(fs::exists(dir_ / "out" / file)) << file;
  }
}

TEST_F(RunLibrary, StopsWhereItIsAskedToAndGoesOnToTheSameBits) {
  train_run(options(), settings("whole"));
  int asked = 0;
  RunSettings stopping = settings("out");
  stopping.stop = [&] { return ++asked == 20; };
  const TrainedRun stopped = train_run(options(), stopping);
  EXPECT_TRUE(stopped.report.stopped);
  EXPECT_EQ(stopped.result, "");
  EXPECT_NE(weights("out"), weights("whole"));
  ASSERT_TRUE(has_checkpoint(dir_ / "out"));
  const TrainedRun whole = resume_run(dir_ / "out", settings("ignored"));
  EXPECT_FALSE(whole.report.stopped);
  EXPECT_EQ(weights("out"), weights("whole"));
  EXPECT_FALSE(fs::exists(dir_ / "ignored"));
}

TEST_F(RunLibrary, GoesOnWithOtherOptionsWhereThatHasAMeaning) {
  train_run(options(), settings("out"));
  EXPECT_EQ(resume_run(dir_ / "out", settings(""), {{"epochs", "4"}}).report.epochs.size(), 4u);
  EXPECT_EQ(record("out").at("epochs"), 4);
  error_of(ErrorKind::kUsage, [&] { resume_run(dir_ / "out", settings(""), {{"seed", "4"}}); });
  error_of(ErrorKind::kUsage, [&] { resume_run(dir_ / "out", settings(""), {{"epoch", "4"}}); });
  EXPECT_FALSE(has_checkpoint(dir_ / "none"));
  error_of(ErrorKind::kIo, [&] { resume_run(dir_ / "none", settings("")); });
}

TEST_F(RunLibrary, HandsOutWhatItTells) {
  std::vector<std::string> started, notes, ended;
  RunSettings told = settings("out");
  told.started = [&](const std::string& line) { started.push_back(line); };
  told.note = [&](const std::string& line) { notes.push_back(line); };
  told.ended = [&](const std::string& line) { ended.push_back(line); };
  RunOptions large = options();
  large.fit.batch_size = 1000;
  large.lower_batch_size = true;
  train_run(large, told);
  EXPECT_EQ(started, std::vector<std::string>{"training on cpu"});
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_TRUE(notes[0].starts_with("batch size 300, all training images"));
  EXPECT_EQ(ended, std::vector<std::string>{"written to " + (dir_ / "out").string()});
  EXPECT_EQ(record("out").at("batch_size"), 300);
}

TEST_F(RunLibrary, CallsTheUsersCallbacksBesideItsOwn) {
  int steps = 0, points = 0, epochs = 0, pauses = 0;
  RunOptions watched = options();
  watched.fit.on_step = [&](const StepEvent&) { ++steps; };
  watched.fit.on_point = [&](const FitPoint&) { ++points; };
  watched.fit.on_epoch = [&](const EpochReport&) { ++epochs; };
  watched.fit.on_pause = [&](const Pause&) { return ++pauses < 40; };
  const TrainedRun run = train_run(watched, settings("out"));
  EXPECT_EQ(steps, 40);
  EXPECT_EQ(epochs, 2);
  EXPECT_GT(points, 0);
  EXPECT_TRUE(run.report.stopped);
}

TEST_F(RunLibrary, RefusesWhatItsRecordCouldNotSay) {
  RunOptions many = options();
  many.fit.rollbacks = 3;
  const std::string why = error_of(ErrorKind::kUsage, [&] { train_run(many, settings("out")); });
  EXPECT_TRUE(contains(why, "--on-nan")) << why;
  RunOptions best = options();
  best.fit.keep_best = true;
  error_of(ErrorKind::kUsage, [&] { train_run(best, settings("out")); });
  EXPECT_FALSE(fs::exists(dir_ / "out"));
}

TEST_F(RunLibrary, ReadsOptionsOfRecipesAndRecords) {
  EXPECT_EQ(recipe_options("fast").fit.optimizer.momentum, 0.9);
  EXPECT_EQ(recipe_options("best").fit.schedule.kind, Schedule::Kind::kOneCycle);
  error_of(ErrorKind::kUsage, [] { recipe_options("faster"); });
  RunOptions some = options();
  some.fit.optimizer = {.kind = Optimizer::Kind::kAdam, .beta1 = 0.8};
  some.fit.augmentation.shift = 1;
  some.fit.freeze = {"1.bias"};
  train_run(some, settings("out"));
  const RunOptions again = read_run_options(dir_ / "out/run.json");
  EXPECT_EQ(again.fit.optimizer.kind, Optimizer::Kind::kAdam);
  EXPECT_EQ(again.fit.optimizer.beta1, 0.8);
  EXPECT_EQ(again.fit.augmentation.shift, 1);
  EXPECT_EQ(again.fit.freeze, some.fit.freeze);
  EXPECT_EQ(again.data.path, some.data.path);
  train_run(again, settings("again"));
  EXPECT_EQ(weights("again"), weights("out"));
}

}  // namespace
}  // namespace lenet
