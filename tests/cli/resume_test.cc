// lenet train --resume and checkpoints; that killed runs lose nothing is tests/faults/kills.sh.
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "cli/cli_test.h"
#include "lenet/checkpoint.h"

namespace lenet {
namespace {

class CliResume : public Cli {
 protected:
  /// A run of two epochs with a checkpoint after each.
  void train_two() const {
    const Outcome outcome = train("out", {"--epochs", "2"});
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  }

  void damage(const std::string& file) const {
    std::string bytes = content(dir_ / "out" / file);
    bytes[bytes.size() - 9] = static_cast<char>(bytes[bytes.size() - 9] ^ 1);
    write_file(dir_ / "out" / file, bytes);
  }
};

TEST_F(CliResume, WithMoreEpochsEndsAsARunOfSoMany) {
  train_two();
  ASSERT_EQ(train("whole", {"--epochs", "4"}).exit_code, 0);
  const Outcome outcome = run(
      {"train", "--resume", "out", "--epochs", "4", "--allow-change", "epochs", "--threads", "3"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  for (const char* file : {"model.safetensors", "metrics.jsonl", "curves.svg"}) {
    EXPECT_EQ(content(dir_ / "out" / file), content(dir_ / "whole" / file)) << file;
  }
}

TEST_F(CliResume, SaysThatTheRunWasFinished) {
  train_two();
  const std::string model = content("out/model.safetensors");
  const Outcome whole = run({"train", "--resume", "out"});
  EXPECT_EQ(whole.exit_code, 0) << whole.err;
  EXPECT_TRUE(contains(whole.err, "lenet: the run in out was finished: all 2 epochs are trained"));
  EXPECT_TRUE(contains(whole.err, "; to train it on: --epochs 4 --allow-change epochs"));
  EXPECT_EQ(content("out/model.safetensors"), model);
  const Outcome more =
      run({"train", "--resume", "out", "--epochs", "3", "--allow-change", "epochs"});
  EXPECT_EQ(more.err.find("was finished"), std::string::npos) << more.err;
}

TEST_F(CliResume, RefusesOptionsThatWouldChangeTheResult) {
  train_two();
  const Outcome changed = run({"train", "--resume", "out", "--lr", "0.25"});
  EXPECT_EQ(changed.exit_code, 2);
  EXPECT_TRUE(contains(changed.err, "--lr: the run has 0.5, and 0.25 would change its result"));
  EXPECT_TRUE(contains(changed.err, "--allow-change lr"));
  EXPECT_EQ(run({"train", "--resume", "out", "--lr", "0.5"}).exit_code, 0);
  EXPECT_EQ(run({"train", "--resume", "out", "--out", "other"}).exit_code, 2);
  EXPECT_EQ(run({"train", "--allow-change", "lr"}).exit_code, 2);
}

TEST_F(CliResume, ListsChangesWhateverTheCheckpointSaysOfThem) {
  for (const Json& before : {Json("abc"), Json{{"a", 1}}, Json(7), Json()}) {
    const Outcome outcome = train("out", {"--epochs", "2", "--force"});
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
    Checkpoint checkpoint = load_checkpoint(dir_ / "out/checkpoint.safetensors");
    Json record = Json::parse(checkpoint.run);
    record["changed"] = before;
    checkpoint.run = record.dump();
    save_checkpoint(dir_ / "out/checkpoint.safetensors", checkpoint);
    const Outcome resumed =
        run({"train", "--resume", "out", "--epochs", "3", "--allow-change", "epochs"});
    EXPECT_EQ(resumed.exit_code, 0) << before << resumed.err;
    EXPECT_EQ(Json::parse(content("out/run.json")).at("changed"), Json::array({"epochs"}));
  }
}

/// --resume out with more words, which may name what is to change.
Words resume_words(const Words& more) {
  Words words = {"train", "--resume", "out"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST_F(CliResume, ChangesNothingOfARunThatWasFinished) {
  ASSERT_EQ(train("out", {"--epochs", "2", "--holdout", "0.2"}).exit_code, 0);
  const auto before = files("out");
  for (const Words& more :
       {Words{}, Words{"--lr", "0.25", "--allow-change", "lr"},
        Words{"--schedule", "cosine", "--augment", "flip", "--allow-change", "schedule,augment"},
        Words{"--patience", "5", "--allow-change", "patience"}}) {
    const Outcome outcome = run(resume_words(more));
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_TRUE(contains(outcome.err, "was finished: all 2 epochs are trained"));
    EXPECT_TRUE(outcome.out.starts_with("loss ")) << outcome.out;
    EXPECT_EQ(files("out"), before);
  }
  const Outcome json = run(resume_words({"--json"}));
  EXPECT_EQ(Json::parse(json.out), Json::parse(before.at("run.json")).at("result"));
}

TEST_F(CliResume, SaysOfARunThatStepsEndedThatItWasFinished) {
  ASSERT_EQ(train("out", {"--max-steps", "20"}).exit_code, 0);  // 15 an epoch
  ASSERT_EQ(train("whole", {"--max-steps", "40"}).exit_code, 0);
  const auto before = files("out");
  const Outcome same = run(resume_words({}));
  EXPECT_EQ(same.exit_code, 0) << same.err;
  EXPECT_TRUE(contains(same.err,
                       "was finished: all 20 steps of --max-steps are trained; to train it on: "
                       "--max-steps 40 --allow-change max-steps"));
  EXPECT_EQ(files("out"), before);
  ASSERT_EQ(run(resume_words({"--max-steps", "40", "--allow-change", "max-steps"})).exit_code, 0);
  EXPECT_EQ(content("out/model.safetensors"), content("whole/model.safetensors"));
}

TEST_F(CliResume, WritesTheFilesOfARunThatWasKilledAtItsEnd) {
  train_two();
  const auto whole = files("out");
  std::filesystem::remove(dir_ / "out/model.safetensors");
  expect_refusal(run(resume_words({"--lr", "0.25", "--allow-change", "lr"})), 2,
                 {"--lr: no step is left to train with it"});
  ASSERT_EQ(run(resume_words({})).exit_code, 0);
  EXPECT_EQ(content("out/model.safetensors"), whole.at("model.safetensors"));
  EXPECT_EQ(content("out/metrics.jsonl"), whole.at("metrics.jsonl"));
}

TEST_F(CliResume, ThatIsRefusedLeavesEveryByte) {
  ASSERT_EQ(train("out", {"--epochs", "2", "--holdout", "0.2", "--keep-best"}).exit_code, 0);
  std::filesystem::create_directory(dir_ / "few");
  const Bands few = make_bands(9);
  for (const char* set : {"train", "t10k"}) {
    write_file(dir_ / "few" / (std::string(set) + "-images-idx3-ubyte"), few.images);
    write_file(dir_ / "few" / (std::string(set) + "-labels-idx1-ubyte"), few.labels);
  }
  damage("checkpoint.safetensors");
  const auto before = files("out");
  for (const Words& more :
       {Words{"--no-keep-best", "--allow-change", "keep-best"}, Words{"--lr", "0.25"},
        Words{"--epochs", "4", "--momentum", "0.9", "--allow-change", "epochs,momentum"},
        Words{"--epochs", "4", "--data", "few", "--allow-change", "epochs,data"},
        Words{"--epochs", "4", "--data", "few"}, Words{"--data", "none"},
        Words{"--epochs", "4", "--patience", "-1", "--allow-change", "epochs,patience"},
        Words{"--epochs", "4", "--augment", "shift=12", "--allow-change", "epochs,augment"},
        Words{"--epochs", "4", "--device", "cuda:99", "--allow-change", "epochs,device"}}) {
    const Outcome outcome = run(resume_words(more));
    EXPECT_NE(outcome.exit_code, 0) << testing::PrintToString(more);
    EXPECT_EQ(outcome.out, "");
    EXPECT_TRUE(files("out") == before) << testing::PrintToString(more) << outcome.err;
  }
  EXPECT_EQ(run({"reproduce", "out"}).exit_code, 0);
}

TEST_F(CliResume, ThatDivergesBeforeItsFirstCheckpointLeavesEveryByte) {
  const std::string net = "Flatten Linear(9) ReLU Linear(9) ReLU Linear(3)";
  ASSERT_EQ(run({"train", "--data", "bands", "--out", "out", "--batch-size", "20", "--model", net,
                 "--lr", "0.1", "--epochs", "1"})
                .exit_code,
            0);
  const auto before = files("out");
  const Outcome outcome =
      run(resume_words({"--epochs", "2", "--lr", "1e30", "--allow-change", "epochs,lr"}));
  EXPECT_EQ(outcome.exit_code, 4) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "out is as it was"));
  EXPECT_EQ(files("out"), before);
}

TEST_F(CliResume, RefusesToChangeWhatCannotChangeInMidRun) {
  ASSERT_EQ(train("out", {"--epochs", "1"}).exit_code, 0);
  const auto before = files("out");
  const std::vector<std::pair<std::string, Words>> options = {
      {"model", {"--model", "Flatten Sigmoid Linear(3)"}},
      {"seed", {"--seed", "9"}},
      {"holdout", {"--holdout", "0.3"}},
      {"test-split", {"--test-split", "0.5"}},
      {"size", {"--size", "12x12"}},
      {"skip-broken", {"--skip-broken"}},
      {"batch-size", {"--batch-size", "10"}},
      {"optimizer", {"--optimizer", "adam"}},
      {"ema", {"--ema", "0.9"}},
      {"freeze", {"--freeze", "1.bias"}},
      {"normalize", {"--normalize"}},
      {"shuffle", {"--no-shuffle"}},
      {"on-nan", {"--on-nan", "rollback"}}};
  for (const auto& [name, given] : options) {
    Words words = resume_words(given);
    expect_refusal(run(words), 2, {"--" + name + ": the run has", "epochs, max-steps, patience"});
    words.insert(words.end(), {"--allow-change", name});
    expect_refusal(run(words), 2, {"--allow-change: found '" + name + "', want epochs, max-steps"});
  }
  expect_refusal(run(resume_words({"--allow-change", "foo"})), 2, {"found 'foo', want epochs"});
  expect_refusal(run(resume_words({"--momentum", "0.9", "--allow-change", "momentum"})), 2,
                 {"--momentum: the run has 0, which cannot change to 0.9"});
  expect_refusal(
      run(resume_words({"--epochs", "2", "--lr", "0.1", "--allow-change", "epochs,foo"})), 2,
      {"found 'foo'"});
  EXPECT_EQ(files("out"), before);
}

TEST_F(CliResume, ChangesWhatCanChangeInMidRun) {
  ASSERT_EQ(train("out", {"--epochs", "1", "--momentum", "0.9"}).exit_code, 0);
  const Outcome outcome = run(resume_words(
      {"--epochs", "2", "--momentum", "0.5", "--weight-decay", "1e-3", "--schedule", "cosine",
       "--clip-norm", "1", "--label-smoothing", "0.1", "--augment", "flip", "--allow-change",
       "epochs,momentum,weight-decay,schedule,clip-norm,label-smoothing,augment"}));
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(Json::parse(content("out/run.json")).at("changed").size(), 7u);
}

TEST_F(CliResume, RefusesFewerEpochsThanAreTrained) {
  train_two();
  const auto before = files("out");
  expect_refusal(run(resume_words({"--epochs", "1", "--allow-change", "epochs"})), 2,
                 {"epochs: 1, want at least the 2 that the run has begun"});
  EXPECT_EQ(files("out"), before);
}

TEST_F(CliResume, FallsBackToTheCheckpointBeforeADamagedOne) {
  train_two();
  const std::string whole = content(dir_ / "out" / "model.safetensors");
  damage("checkpoint.safetensors");
  std::filesystem::remove(dir_ / "out" / "run.json");  // as of one that was killed
  const Outcome outcome = run({"train", "--resume", "out"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "damaged"));
  EXPECT_TRUE(contains(outcome.err, "going on from the checkpoint before it"));
  EXPECT_EQ(content(dir_ / "out" / "model.safetensors"), whole);
  EXPECT_EQ(run({"train", "--resume", "out"}).err.find("damaged"), std::string::npos);
  damage("checkpoint.safetensors");
  std::filesystem::copy(dir_ / "out" / "checkpoint.safetensors",
                        dir_ / "out" / "checkpoint.previous.safetensors",
                        std::filesystem::copy_options::overwrite_existing);
  EXPECT_EQ(run({"train", "--resume", "out"}).exit_code, 3);
}

TEST_F(CliResume, RemovesWhatAKilledRunHadWrittenInPart) {
  train_two();
  write_file(dir_ / "out" / "checkpoint.safetensors.7-0.partial", "some");
  write_file(dir_ / "out" / "other.partial", "kept");
  ASSERT_EQ(run({"train", "--resume", "out"}).exit_code, 0);
  EXPECT_FALSE(std::filesystem::exists(dir_ / "out" / "checkpoint.safetensors.7-0.partial"));
  EXPECT_TRUE(std::filesystem::exists(dir_ / "out" / "other.partial"));
}

TEST_F(CliResume, SaysThatThereIsNothingToGoOnFrom) {
  const Outcome outcome = run({"train", "--resume", "nowhere"});
  EXPECT_EQ(outcome.exit_code, 5);
  EXPECT_TRUE(contains(outcome.err, "nowhere/checkpoint.safetensors: not found"));
}

TEST_F(CliResume, RefusesAnIntervalThatIsNone) {
  for (const char* bad : {"", "epoch", "0epochs", "-1steps", "10", "5 min", "1.5min", "3hours",
                          "99999999999999999999steps"}) {
    const Outcome outcome = train("out", {"--checkpoint-every", bad});
    EXPECT_EQ(outcome.exit_code, 2) << bad;
    EXPECT_TRUE(contains(outcome.err, "1epoch, 200steps, 10min")) << bad;
  }
}

TEST_F(CliResume, RefusesAFolderThatAnotherRunWritesTo) {
  train_two();
  const std::string lock = dir_ / "out" / "lock";
  const int fd = ::open(lock.c_str(), O_RDWR | O_CREAT, 0666);
  ASSERT_EQ(::flock(fd, LOCK_EX), 0);
  ASSERT_EQ(::write(fd, "process 7, boot x\n", 18), 18);
  for (const Outcome& outcome : {run({"train", "--resume", "out"}), train("out", {"--force"})}) {
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_TRUE(contains(outcome.err, "another run writes into this folder (process 7, boot x)"));
  }
  ::close(fd);
  EXPECT_EQ(run({"train", "--resume", "out"}).exit_code, 0);
}

TEST_F(CliResume, GoesOnWithoutACheckpointThatCannotBeWrittenUnlessToldToStop) {
  const Surroundings little{.folder = dir_, .largest_file = 6000};  // the model fits
  const Outcome on = run_program(train_words("on"), little);
  EXPECT_EQ(on.exit_code, 0) << on.err;
  EXPECT_TRUE(contains(on.err, "training goes on, the next save tries again"));
  EXPECT_FALSE(std::filesystem::exists(dir_ / "on" / "checkpoint.safetensors"));
  const Outcome stop = run_program(train_words("stop", {"--on-write-error", "stop"}), little);
  EXPECT_EQ(stop.exit_code, 5);
}

}  // namespace
}  // namespace lenet
