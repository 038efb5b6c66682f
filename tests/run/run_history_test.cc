// Folders of runs, also of those that nobody should have written so.
#include "run/run_history.h"

#include <sys/stat.h>

#include "data/test_files.h"
#include "run/run_lock.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;

const char* const kFinished =
    R"json({"started": "2026-01-31T12:34:56Z", "name": "a name", "note": "why",
  "model": "Flatten Linear(3)", "data": "bands", "epochs": 2, "lr": 0.5, "result": {"test_acc": 0.6,
  "wall_seconds": 7.5, "epochs": [{"epoch": 1, "test_acc": 0.8}, {"epoch": 2, "test_acc": 0.6}]}})json";
const char* const kRunning =
    R"json({"model": "Flatten Linear(3)", "data": "bands", "epochs": 4})json";
const char* const kPoints =
    "{\"epoch\":0.5,\"train_loss\":2.0,\"train_acc\":0.3}\n"
    "{\"epoch\":1.0,\"test_acc\":0.7,\"holdout_acc\":0.6}\n"
    "{\"epoch\":1.5,\"train_loss\":1.0}\n";

class Histories : public TestFolder {
 protected:
  fs::path run(const std::string& name, const std::string& record,
               const std::string& points = kPoints) const {
    fs::create_directories(dir_ / name);
    write_file(dir_ / name / "run.json", record);
    write_file(dir_ / name / "metrics.jsonl", points);
    return dir_ / name;
  }

  /// Why a run with this record and these points cannot be read.
  std::string damage(const std::string& record, const std::string& points = kPoints) const {
    const RunHistory history = read_run(run("damaged", record, points));
    EXPECT_EQ(history.state, RunState::kDamaged);
    return history.why;
  }
};

TEST_F(Histories, OfARunThatHasEnded) {
  const RunHistory run_ = read_run_summary(run("a", kFinished, ""));
  EXPECT_EQ(run_.name, "a name");
  EXPECT_EQ(run_.note, "why");
  EXPECT_EQ(run_.state, RunState::kFinished);
  EXPECT_EQ(run_.model, "Flatten Linear(3)");
  EXPECT_EQ(run_.best, 0.8);
  EXPECT_EQ(run_.last, 0.6);
  EXPECT_EQ(run_.epochs_done, 2);
  EXPECT_EQ(run_.seconds, 7.5);
  EXPECT_EQ(run_.options["lr"], 0.5);
  EXPECT_FALSE(run_.options.contains("result"));
  EXPECT_FALSE(run_.options.contains("name"));
}

TEST_F(Histories, OfARunThatGoesOn) {
  const fs::path folder = run("a", kRunning);
  EXPECT_EQ(read_run(folder).state, RunState::kStopped);
  const RunLock lock(folder);
  const RunHistory history = read_run(folder);
  EXPECT_EQ(history.state, RunState::kRunning);
  EXPECT_TRUE(is_locked(folder));
  EXPECT_EQ(history.name, "a");
  ASSERT_EQ(history.points.size(), 3u);
  EXPECT_EQ(history.points[1].test_metric, 0.7);
  EXPECT_EQ(history.points[1].holdout_metric, 0.6);
  EXPECT_EQ(history.last, 0.7);
  EXPECT_EQ(history.epochs_done, 1.5);
}

TEST_F(Histories, KnowTheMetricOfTheirLoss) {
  const std::string points = "{\"epoch\":1,\"test_mae\":0.7}\n{\"epoch\":2,\"test_mae\":0.9}\n";
  const RunHistory history = read_run(run("a", kRunning, points));
  EXPECT_EQ(history.metric->name, "mae");
  EXPECT_EQ(history.best, 0.7) << "the least error";
  EXPECT_EQ(history.last, 0.9);
}

TEST_F(Histories, LeaveOutALineThatIsBeingWritten) {
  EXPECT_EQ(read_run(run("a", kRunning, std::string(kPoints) + "{\"epo")).points.size(), 3u);
  EXPECT_EQ(read_run(run("b", kRunning, "")).state, RunState::kStopped);
  fs::remove(dir_ / "b" / "metrics.jsonl");
  EXPECT_EQ(read_run(dir_ / "b").state, RunState::kStopped);
}

TEST_F(Histories, SayWhyARunDivergedOrEndedEarly) {
  std::string early = kFinished, diverged = kRunning;
  early.replace(early.find("\"wall"), 0, "\"early_stop\": \"stopped early: ...\", ");
  diverged.insert(1, "\"diverged\": \"the loss is inf\", ");
  EXPECT_EQ(read_run(run("a", early)).state, RunState::kStoppedEarly);
  EXPECT_EQ(read_run(run("b", diverged)).state, RunState::kDiverged);
  EXPECT_EQ(read_run(dir_ / "b").why, "the loss is inf");
}

TEST_F(Histories, OfHostileFilesSayWhatIsWrong) {
  EXPECT_TRUE(contains(damage("{"), "no JSON"));
  EXPECT_TRUE(contains(damage("[1]"), "array, want a JSON object"));
  EXPECT_TRUE(contains(damage(std::string(10'000, '[')), "nested"));
  EXPECT_TRUE(contains(damage(R"({"epochs": 1, "epochs": 2})"), "twice"));
  std::string many = "{\"a\":0";
  for (int i = 0; i < 100'000; ++i) many += ",\"" + std::to_string(i) + "\":0";
  EXPECT_TRUE(contains(damage(many + "}"), "more than 4096 keys"));
  EXPECT_EQ(read_run(run("b", R"({"epochs": -1e300})")).epochs, 0);
  for (const char* points :
       {"x\n", "{\"epoch\":1e999}\n", "{\"epoch\":\"1\"}\n", "{\"epoch\":-1}\n",
        "{\"epoch\":NaN}\n", "{\"epoch\":1e300}\n", "[]\n", "\n", "{\"epoch\":1}\n\x1b[31m\n"}) {
    const std::string why = damage(kRunning, points);
    EXPECT_TRUE(contains(why, "a line that is no point of a run")) << points;
    EXPECT_EQ(why.find('\x1b'), why.npos);
  }
  EXPECT_TRUE(contains(damage(kRunning, std::string(5000, ' ') + "\n"), "no point"));
}

TEST_F(Histories, TakeOddValuesForNone) {
  const RunHistory history = read_run(run(
      "a",
      R"({"model": 3, "epochs": "many", "name": [], "result": {"epochs": [1, {"test_acc": "x"}]}})",
      "{\"epoch\":1,\"test_acc\":\"0.7\",\"train_loss\":[1]}\n"));
  EXPECT_EQ(history.state, RunState::kFinished);
  EXPECT_EQ(history.name, "a");
  EXPECT_EQ(history.epochs, 0);
  EXPECT_EQ(history.last, std::nullopt);
}

TEST_F(Histories, OfNoFilesAreDamaged) {
  fs::create_directories(dir_ / "pipe");
  ASSERT_EQ(::mkfifo((dir_ / "pipe" / "run.json").c_str(), 0600), 0);
  EXPECT_EQ(read_run(dir_ / "pipe").state, RunState::kDamaged);  // and nobody waits for it
  EXPECT_EQ(read_run(dir_ / "nothing").state, RunState::kDamaged);
}

TEST_F(Histories, AreFoundInFolders) {
  run("b/2", kFinished);
  run("b/1", kFinished);
  run("a", kFinished);
  run("a/within", kFinished);
  run("1/2/3/4/deep", kFinished);
  fs::create_directory_symlink("a", dir_ / "link");
  fs::create_directory_symlink("..", dir_ / "b" / "circle");
  EXPECT_EQ(find_runs(dir_), (std::vector<fs::path>{dir_ / "a", dir_ / "b/1", dir_ / "b/2"}));
  EXPECT_EQ(find_runs(dir_ / "a"), (std::vector<fs::path>{dir_ / "a"}));
  EXPECT_TRUE(contains(error_of(ErrorKind::kIo, [&] { find_runs(dir_ / "none"); }), "none"));
}

TEST_F(Histories, ALockIsTakenWhileOthersLook) {
  run("a", kRunning);
  for (int i = 0; i < 200; ++i) {
    { const RunLock lock(dir_ / "a"); }
    EXPECT_FALSE(is_locked(dir_ / "a"));
  }
}

}  // namespace
}  // namespace lenet
