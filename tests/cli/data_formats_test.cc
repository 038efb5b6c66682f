// Training and evaluating on each format of data.
#include "cli/cli_test.h"

namespace lenet {
namespace {

class CliFormats : public Cli {
 protected:
  /// Trains one step on `data`, then again from run.json, and evaluates.
  void expect_trains(const std::string& data, const Words& options = {},
                     const std::string& model = "Flatten Linear(3)") const {
    Words words = {"train", "--data",       data, "--model", model, "--max-steps",
                   "1",     "--batch-size", "1",  "--out",   "out", "--json"};
    words.insert(words.end(), options.begin(), options.end());
    const Outcome trained = run(words);
    ASSERT_EQ(trained.exit_code, 0) << trained.err;
    const Outcome again = run({"train", "--config", "out/run.json", "--out", "again"});
    ASSERT_EQ(again.exit_code, 0) << again.err;
    EXPECT_EQ(content("out/model.safetensors"), content("again/model.safetensors"));
    words = {"eval", "out/model.safetensors", "--data", data, "--json"};
    words.insert(words.end(), options.begin(), options.end());
    const Outcome evaluated = run(words);
    ASSERT_EQ(evaluated.exit_code, 0) << evaluated.err;
    EXPECT_EQ(Json::parse(evaluated.out).at("accuracy"), Json::parse(trained.out).at("test_acc"));
  }
};

TEST_F(CliFormats, CsvWithSizeAndTestSplit) {
  std::string text;
  for (int i = 0; i < 30; ++i) text += std::to_string(i % 3) + ",1,2,3,4,5,6\n";
  write_file(dir_ / "a.csv", text);
  expect_trains("a.csv", {"--size", "2x3", "--test-split", "0.2"});
}

TEST_F(CliFormats, Npz) {
  expect_trains(LENET_GOLDEN_DIR "/data/grey.npz", {}, "Flatten Linear(2)");
}

TEST_F(CliFormats, FolderOfNpy) {
  expect_trains(LENET_GOLDEN_DIR "/data/arrays", {}, "Flatten Linear(2)");
}

TEST_F(CliFormats, Cifar) {
  std::filesystem::create_directory(dir_ / "cifar");
  write_file(dir_ / "cifar/data_batch_1.bin", std::string(1, '\2').append(noise(3072)));
  write_file(dir_ / "cifar/test_batch.bin", std::string(1, '\1').append(noise(3072)));
  expect_trains("cifar");
}

TEST_F(CliFormats, IdxFilesOfOtherNames) {
  std::filesystem::rename(data_ / "train-images-idx3-ubyte", data_ / "train.images");
  std::filesystem::rename(data_ / "train-labels-idx1-ubyte", data_ / "train.labels");
  std::filesystem::rename(data_ / "t10k-images-idx3-ubyte", data_ / "test.images");
  std::filesystem::rename(data_ / "t10k-labels-idx1-ubyte", data_ / "test.labels");
  expect_trains("bands");
}

TEST_F(CliFormats, OptionsOfDataAreRefusedWithoutIt) {
  expect_refusal(run({"train", "--test-split", "0.2"}), 2, {"--test-split", "--data"});
  expect_refusal(run({"train", "--data", "bands", "--size", "28"}), 2, {"'28'", "28x28"});
}

}  // namespace
}  // namespace lenet
