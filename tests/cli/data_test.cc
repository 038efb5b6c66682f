// lenet data, and training on a folder of image files.
#include "cli/cli_test.h"
#include "lenet/image.h"

namespace lenet {
namespace {

class CliData : public Cli {
 protected:
  /// Images of two sizes, the first class dark and the second bright.
  void put_images() const {
    for (const char* name : {"dark", "light"}) {
      std::filesystem::create_directories(dir_ / "images" / name);
      for (std::int64_t i = 0; i < 20; ++i) {
        const Shape shape = {1, 8 + i % 2, 8};
        const auto value = static_cast<std::uint8_t>((name[0] == 'd' ? 40 : 200) + i);
        write_png(dir_ / "images" / name / (std::to_string(i) + ".png"),
                  {shape, std::vector<std::uint8_t>(static_cast<std::size_t>(element_count(shape)),
                                                    value)});
      }
    }
  }
};

TEST_F(CliData, OfTheVariableIsNotCalledFashionMnist) {
  const Outcome outcome =
      run_program({"data"}, {.folder = dir_, .variables = {{"LENET_DATA", "bands"}}});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_TRUE(outcome.out.starts_with("IDX files: 300 training")) << outcome.out;
}

TEST_F(CliData, CountsEachClass) {
  const Outcome outcome = run({"data", "bands"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_TRUE(
      contains(outcome.out, "IDX files: 300 training and 100 test images of 1x12x12, 3 classes"));
  EXPECT_TRUE(contains(outcome.out, "class 0       100        34"));
  const Json document = Json::parse(run({"data", "bands", "--json"}).out);
  EXPECT_EQ(document["classes"][2], (Json{{"name", "class 2"}, {"train", 100}, {"test", 33}}));
  EXPECT_EQ(document["mean"].size(), 1u);
}

TEST_F(CliData, DrawsASheet) {
  EXPECT_EQ(run({"data", "bands", "--sheet", "sheet.png"}).exit_code, 0);
  const Image sheet = read_image(dir_ / "sheet.png");
  EXPECT_EQ(sheet.shape, (Shape{1, 3 * (12 * 4 + 2) + 2, 10 * (12 * 4 + 2) + 2}));
  EXPECT_EQ(sheet.pixels[0], 128);
  EXPECT_EQ(run({"data", "bands", "--sheet", "no/sheet.png"}).exit_code, 5);
}

TEST_F(CliData, DrawsNoSheetOverOtherFiles) {
  put_images();
  const std::string before = content("images/dark/1.png");
  expect_refusal(run({"data", "images", "--size", "8x8", "--sheet", "images/dark/1.png"}), 2,
                 {"a file of the data"});
  EXPECT_EQ(content("images/dark/1.png"), before);
  expect_refusal(run({"data", "bands", "--sheet", "sheet.jpg"}), 2, {"a name that ends in .png"});
  EXPECT_EQ(run({"data", "bands", "--sheet", "sheet.png"}).exit_code, 0);
  EXPECT_EQ(run({"data", "bands", "--sheet", "sheet.png"}).exit_code, 0);
}

TEST_F(CliData, TakesAFolderOfImagesForTrainingEvaluationAndPrediction) {
  put_images();
  EXPECT_TRUE(contains(run({"data", "images", "--size", "8x8"}).out,
                       "image files: 40 training and 0 test images of 1x8x8, 2 classes"));
  expect_refusal(run({"data", "images"}), 3, {"images/dark/1.png", "--size 8x8"});
  const Words data = {"--data", "images", "--size", "8x8", "--test-split", "0.25"};
  Words words = {"train", "--model", "Flatten Linear(2)", "--batch-size", "10", "--out", "out"};
  words.insert(words.end(), data.begin(), data.end());
  const Outcome trained = run(words);
  ASSERT_EQ(trained.exit_code, 0) << trained.err;
  const Json record = Json::parse(content("out/run.json"));
  EXPECT_EQ(record["size"], "8x8");
  EXPECT_EQ(record["test_split"], 0.25);
  words = {"eval", "out"};
  words.insert(words.end(), data.begin(), data.end());
  EXPECT_TRUE(contains(run(words).out, "accuracy 1.0000 ± 0.1388 on 10 images"));
  EXPECT_TRUE(contains(run({"predict", "out", "images/light/3.png"}).out, "light"));
  EXPECT_EQ(run({"reproduce", "out"}).exit_code, 0);
}

TEST_F(CliData, LeavesOutBrokenImagesInTheRunAndWhatFollowsIt) {
  put_images();
  write_file(dir_ / "images/dark/1.png", "none");
  expect_refusal(run({"data", "images", "--size", "8x8"}), 3,
                 {"images/dark/1.png: no image that lenet reads", "; --skip-broken leaves out"});
  const Outcome trained =
      run({"train", "--model", "Flatten Linear(2)", "--batch-size", "10", "--out", "out", "--data",
           "images", "--size", "8x8", "--test-split", "0.25", "--skip-broken"});
  ASSERT_EQ(trained.exit_code, 0) << trained.err;
  EXPECT_TRUE(contains(trained.err, "1 file left out as broken, the first: images/dark/1.png: no"));
  EXPECT_FALSE(contains(trained.err, "reading images"));  // no terminal
  EXPECT_EQ(Json::parse(content("out/run.json"))["skip_broken"], true);
  EXPECT_EQ(run({"eval", "out"}).exit_code, 0);
  EXPECT_EQ(run({"eval", "out", "--data", "images"}).exit_code, 0);
  EXPECT_EQ(run({"reproduce", "out"}).exit_code, 0);
  expect_refusal(run({"data", "bands", "--skip-broken"}), 2, {"--skip-broken is for image files"});
  expect_refusal(run({"train", "--skip-broken"}), 2, {"--skip-broken are for the data that"});
  expect_refusal(run({"export", "out", "-o", "a.onnx", "--skip-broken"}), 2, {"of --int8 alone"});
}

/// Stripes down in "letters" are stripes across in the model's data, as in EMNIST's files.
TEST_F(CliData, KeepsSplitAndTransposeForTheRunsData) {
  std::filesystem::create_directories(dir_ / "emnist");
  const auto write_pair = [&](const std::string& name, std::uint32_t height) {
    const std::uint32_t width = 12 / height;
    write_file(dir_ / "emnist" / (name + "-images"), image_file(2, height, width, noise(24)));
    write_file(dir_ / "emnist" / (name + "-labels"), label_file(std::string("\0\1", 2)));
  };
  for (const char* part : {"train", "test"}) {
    write_pair(std::string("emnist-letters-") + part, 3);
    write_pair(std::string("emnist-digits-") + part, 2);
  }
  expect_refusal(run({"data", "emnist"}), 2, {"--split digits: digits, letters"});
  const Words how = {"--split", "letters", "--transpose"};
  Words words = {"train",        "--model", "Flatten Linear(2)", "--data", "emnist",
                 "--batch-size", "2",       "--max-steps",       "1",      "--out",
                 "out"};
  words.insert(words.end(), how.begin(), how.end());
  const Outcome trained = run(words);
  ASSERT_EQ(trained.exit_code, 0) << trained.err;
  const Json record = Json::parse(content("out/run.json"));
  EXPECT_EQ(record["split"], "letters");
  EXPECT_EQ(record["transpose"], true);
  EXPECT_EQ(record["input_shape"], "1x4x3");
  EXPECT_EQ(run({"eval", "out"}).exit_code, 0);
  EXPECT_EQ(run({"eval", "out", "--data", "emnist"}).exit_code, 0);
  std::filesystem::rename(dir_ / "emnist", dir_ / "moved");
  const Outcome moved = run({"eval", "out", "--data", "moved"});
  EXPECT_EQ(moved.exit_code, 0) << moved.err;
  EXPECT_FALSE(contains(moved.out, "not the data")) << moved.out;
  std::filesystem::rename(dir_ / "moved", dir_ / "emnist");
  EXPECT_EQ(run({"reproduce", "out"}).exit_code, 0);
  const Words predict = {"predict", "out", "emnist/emnist-letters-test-images", "--json"};
  const Outcome sideways = run(predict),
                upright = run({"predict", "out", "emnist/emnist-letters-test-images", "--json",
                               "--transpose"});
  EXPECT_TRUE(contains(sideways.err, "--transpose does so")) << sideways.err;
  EXPECT_EQ(upright.err, "");
  EXPECT_NE(sideways.out, upright.out);
}

/// A name is kept in run.json as it is, since the folder is another one elsewhere.
TEST_F(CliData, KnowsDataByItsName) {
  const std::string cache = (dir_ / "cache").string();
  std::filesystem::create_directories(dir_ / "cache/lenet");
  std::filesystem::rename(dir_ / "bands", dir_ / "cache/lenet/kmnist");
  const Surroundings there = {.folder = dir_, .variables = {{"XDG_CACHE_HOME", cache}}};
  Words words = {"train", "--model", "Flatten Linear(3)", "--data", "kmnist", "--max-steps", "1",
                 "--out", "out"};
  const Outcome trained = run_program(words, there);
  ASSERT_EQ(trained.exit_code, 0) << trained.err;
  EXPECT_EQ(Json::parse(content("out/run.json"))["data"], "kmnist");
  EXPECT_EQ(run_program({"eval", "out"}, there).exit_code, 0);
  EXPECT_EQ(run_program({"eval", "out", "--data", "kmnist"}, there).exit_code, 0);
  EXPECT_EQ(run_program({"reproduce", "out"}, there).exit_code, 0);
  expect_refusal(run_program({"train", "--data", "qmnist"}, there), 5,
                 {"qmnist: no such path", cache, "github.com/facebookresearch/qmnist"});
}

TEST_F(CliData, LowersABatchSizeThatNobodyGaveToTheImages) {
  put_images();
  const auto train = [&](const Words& more) {
    Words words = {
        "train",        "--model", "Flatten Linear(2)", "--data", "images", "--size", "8x8",
        "--test-split", "0.25",    "--epochs",          "1",      "--out",  "out",    "--force"};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  };
  Outcome outcome = train({});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "lenet: batch size 30, all training images; --batch-size"));
  EXPECT_EQ(Json::parse(content("out/run.json"))["batch_size"], 30);
  EXPECT_EQ(run({"reproduce", "out"}).exit_code, 0);
  outcome = train({"--recipe", "fast", "--holdout", "0.2"});
  EXPECT_TRUE(contains(outcome.err, "lenet: batch size 24, all training images"));
  EXPECT_FALSE(contains(train({"--batch-size", "30"}).err, "batch size"));
  expect_refusal(train({"--batch-size", "31"}), 2, {"batch size: 31, want 1 to the 30"});
  write_file(dir_ / "options.json", "{\"batch_size\": 31}");
  expect_refusal(train({"--config", "options.json"}), 2, {"batch size: 31"});
  outcome = run({"sweep", "--data", "images", "--size", "8x8", "--test-split", "0.25", "--model",
                 "Flatten Linear(2)", "--epochs", "1", "--grid", "lr=0.1,0.2", "--out", "swept"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
}

TEST_F(CliData, NamesOnceWhatIsNotUsed) {
  put_images();
  std::filesystem::create_directories(dir_ / "split/test");
  std::filesystem::rename(dir_ / "images", dir_ / "split/train");
  write_png(dir_ / "split/test/1.png", {{1, 8, 8}, std::vector<std::uint8_t>(64)});
  write_file(dir_ / "split/train/dark/notes.txt", "x");
  const Words data = {"--data", "split", "--size", "8x8"};
  Words words = {"train",        "--model", "Flatten Linear(2)",
                 "--batch-size", "10",      "--test-split",
                 "0.25",         "--out",   "out"};
  words.insert(words.end(), data.begin(), data.end());
  const Outcome trained = run(words);
  ASSERT_EQ(trained.exit_code, 0) << trained.err;
  EXPECT_TRUE(contains(trained.err, "lenet: split/test: not used"));
  EXPECT_TRUE(contains(trained.err, "lenet: split: 1 file left out: 1 .txt"));
  std::filesystem::copy(dir_ / "split", dir_ / "copy", std::filesystem::copy_options::recursive);
  const Outcome judged = run({"eval", "out", "--data", "copy"});  // loaded whole and as in the run
  ASSERT_EQ(judged.exit_code, 0) << judged.err;
  const std::size_t first = judged.err.find("copy/test: not used");
  ASSERT_NE(first, std::string::npos) << judged.err;
  EXPECT_EQ(judged.err.find("copy/test: not used", first + 1), std::string::npos) << judged.err;
}

}  // namespace
}  // namespace lenet
