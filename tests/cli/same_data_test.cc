// That a run knows its data: what its files say of it, and what refuses to go on with other data.
#include "cli/cli_test.h"
#include "lenet/load_data.h"
#include "lenet/safetensors.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;

class CliSameData : public Cli {
 protected:
  std::string digest_of(const std::string& folder) const {
    const auto [train, test] = load_idx_folder(dir_ / folder);
    return data_sha256(train, test);
  }
  std::string model_digest(const std::string& file) const {
    return read_safetensors(dir_ / file).metadata.at("data_sha256");
  }
  Json run_json(const std::string& out) const { return Json::parse(content(out + "/run.json")); }

  /// The folder `name`: bands/ with one pixel of the last test image changed.
  void make_other(const std::string& name) const {
    fs::copy(data_, dir_ / name);
    const fs::path images = dir_ / name / "t10k-images-idx3-ubyte";
    std::string bytes = content(images);
    bytes.back() = static_cast<char>(bytes.back() ^ 1);
    write_file(images, bytes);
  }

  /// Makes the run of a folder one of lenet 0.2.0, which did not know its data.
  void forget_data(const std::string& out) const {
    Json run = run_json(out);
    run.erase("data_sha256");
    write_file(dir_ / out / "run.json", run.dump());
  }
};

TEST_F(CliSameData, IsWhatRunModelAveragesAndCheckpointSay) {
  ASSERT_EQ(train("out", {"--epochs", "1", "--ema", "0.9"}).exit_code, 0);
  const std::string digest = digest_of("bands");
  EXPECT_EQ(run_json("out").at("data_sha256"), digest);
  EXPECT_EQ(model_digest("out/model.safetensors"), digest);
  EXPECT_EQ(model_digest("out/model_ema.safetensors"), digest);
  const auto checkpoint = read_safetensors(dir_ / "out/checkpoint.safetensors").metadata;
  EXPECT_EQ(Json::parse(checkpoint.at("run")).at("data_sha256"), digest);
  ASSERT_EQ(run({"export", "out", "-o", "out.onnx"}).exit_code, 0);
  ASSERT_EQ(run({"import", "out.onnx", "-o", "again.safetensors"}).exit_code, 0);
  EXPECT_EQ(model_digest("again.safetensors"), digest);
}

TEST_F(CliSameData, IsAskedForByResume) {
  ASSERT_EQ(train("out", {"--epochs", "1"}).exit_code, 0);
  make_other("other");
  const Words more = {"train", "--resume",       "out",   "--epochs", "2", "--data",
                      "other", "--allow-change", "epochs"};
  expect_refusal(run(more), 3,
                 {"the data is not that of the run", (dir_ / "bands").string(),
                  digest_of("bands").substr(0, 12), (dir_ / "other").string(),
                  digest_of("other").substr(0, 12), "--allow-change data"});
  Words allowed = more;
  allowed.back() = "epochs,data";
  ASSERT_EQ(run(allowed).exit_code, 0);
  EXPECT_EQ(run_json("out").at("changed"), (Json{"epochs", "data"}));
  EXPECT_EQ(run_json("out").at("data_sha256"), digest_of("other"));
  EXPECT_EQ(model_digest("out/model.safetensors"), digest_of("other"));
}

TEST_F(CliSameData, IsAskedForWhereTheFolderItselfHasChanged) {
  ASSERT_EQ(train("out", {"--epochs", "1"}).exit_code, 0);
  make_other("other");
  fs::remove_all(data_);
  fs::rename(dir_ / "other", data_);
  expect_refusal(run({"train", "--resume", "out"}), 3, {"the data is not that of the run"});
  expect_refusal(run({"reproduce", "out"}), 3,
                 {"the data is not that of the run", "only the same data"});
  EXPECT_FALSE(fs::exists(dir_ / "out-reproduced"));
}

TEST_F(CliSameData, MayLieElsewhere) {
  ASSERT_EQ(train("out", {"--epochs", "1"}).exit_code, 0);
  ASSERT_EQ(train("whole", {"--epochs", "2"}).exit_code, 0);
  fs::rename(data_, dir_ / "moved");
  for (const Words& words : {Words{"train", "--resume", "out"}, Words{"reproduce", "out"}}) {
    expect_refusal(run(words), 5,
                   {data_.string() + ": not found",
                    "if the data of the run has moved, name its place with --data"});
  }
  EXPECT_FALSE(fs::exists(dir_ / "out-reproduced"));
  const Outcome repeated = run({"reproduce", "out", "--data", "moved"});
  EXPECT_EQ(repeated.exit_code, 0) << repeated.err;
  fs::copy(dir_ / "moved", data_);
  make_other("other");
  fs::remove_all(data_);
  expect_refusal(run({"reproduce", "out", "--data", "other", "--force"}), 3,
                 {"the data is not that of the run"});
  const Outcome outcome = run(
      {"train", "--resume", "out", "--epochs", "2", "--data", "moved", "--allow-change", "epochs"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(content("out/model.safetensors"), content("whole/model.safetensors"));
  EXPECT_EQ(run_json("out").at("changed"), Json{"epochs"});
}

TEST_F(CliSameData, IsAskedForByASweepThatGoesOn) {
  const Words sweep = {"sweep",    "--data", "bands",  "--model",   "Flatten Linear(3)",
                       "--epochs", "1",      "--grid", "seed=0..2", "--batch-size",
                       "20",       "--out",  "out"};
  ASSERT_EQ(run(sweep).exit_code, 0);
  EXPECT_EQ(Json::parse(content("out/sweep.json")).at("data_sha256"), digest_of("bands"));
  const std::string lines = content("out/runs.jsonl");
  write_file(dir_ / "out/runs.jsonl", lines.substr(0, lines.find('\n') + 1));
  make_other("other");
  fs::rename(data_, dir_ / "kept");
  fs::rename(dir_ / "other", data_);
  expect_refusal(run(sweep), 3, {"out: the data is not that of the runs that have ended"});
  fs::remove_all(data_);
  fs::rename(dir_ / "kept", data_);
  ASSERT_EQ(run(sweep).exit_code, 0);
}

TEST_F(CliSameData, OfARunThatDoesNotSayIsNotAskedFor) {
  ASSERT_EQ(train("out", {"--epochs", "1"}).exit_code, 0);
  forget_data("out");
  ASSERT_EQ(run({"reproduce", "out"}).exit_code, 1);  // its model's file still says it
  EXPECT_FALSE(run_json("out-reproduced").contains("data_sha256"));
  EXPECT_FALSE(
      read_safetensors(dir_ / "out-reproduced/model.safetensors").metadata.contains("data_sha256"));
  const Outcome outcome = run({"reproduce", "out-reproduced"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  const Outcome resumed =
      run({"train", "--resume", "out-reproduced", "--epochs", "2", "--allow-change", "epochs"});
  EXPECT_EQ(resumed.exit_code, 0) << resumed.err;
}

}  // namespace
}  // namespace lenet
