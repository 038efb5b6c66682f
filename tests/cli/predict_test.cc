// lenet predict.
#include <sys/stat.h>

#include "cli/cli_test.h"
#include "lenet/image.h"
#include "lenet/model_file.h"

namespace lenet {
namespace {

class CliPredict : public Cli {
 protected:
  /// Tells bright images (class 1) from dark ones (class 0): logits 0 and the mean - 1/2, times 8.
  CliPredict() {
    Sequential net = Sequential::parse("Flatten Linear(2)");
    Generator generator;
    net.build({1, 2, 2}, generator);
    const std::vector<float> values = {0, 0, 0, 0, 2, 2, 2, 2, 0, -4};
    std::ranges::copy(values, net.parameters().begin());
    save_model(dir_ / "model.safetensors", net, {"dark", "bright"});
    write_png(dir_ / "white.png", {{1, 4, 4}, std::vector<std::uint8_t>(16, 255)});
    write_png(dir_ / "black.png", {{3, 2, 6}, std::vector<std::uint8_t>(36, 0)});
  }
};

constexpr double kSure = 0.98201379;  // 1 / (1 + e^-4)

TEST_F(CliPredict, NamesTheLikeliestClassesOfEachImage) {
  const Outcome outcome = run({"predict", "model.safetensors", "white.png", "black.png"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_TRUE(outcome.out.starts_with("white.png\n  bright               0.982  ██"))
      << outcome.out;
  EXPECT_TRUE(contains(outcome.out, "\n  dark                 0.018  █\n"));
  EXPECT_TRUE(contains(outcome.out, "black.png\n  dark                 0.982"));
}

TEST_F(CliPredict, JsonHasEveryProbability) {
  const Outcome outcome =
      run({"predict", "model.safetensors", "white.png", "black.png", "--json", "--top", "1"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const Json result = Json::parse(outcome.out);
  ASSERT_EQ(result.size(), 2u);
  EXPECT_EQ(result[0].at("file"), "white.png");
  EXPECT_EQ(result[0].at("class"), 1);
  EXPECT_EQ(result[0].at("label"), "bright");
  EXPECT_EQ(result[0].at("top").size(), 1u);
  EXPECT_NEAR(result[0].at("probabilities")[1], kSure, 1e-6);
  EXPECT_NEAR(result[1].at("probabilities")[0], kSure, 1e-6);
  EXPECT_FALSE(result[0].contains("index"));
}

TEST_F(CliPredict, InvertsDrawingsOnPaper) {
  const Outcome outcome = run({"predict", "model.safetensors", "white.png", "--invert", "--json"});
  EXPECT_EQ(Json::parse(outcome.out)[0].at("label"), "dark");
}

TEST_F(CliPredict, TakesEveryImageOfAnIdxFile) {
  const std::string pixels = std::string(4, '\xff') + std::string(4, '\0');
  write_file(dir_ / "two", image_file(2, 2, 2, pixels));
  const Outcome outcome = run({"predict", "model.safetensors", "two", "--json"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const Json result = Json::parse(outcome.out);
  ASSERT_EQ(result.size(), 2u);
  EXPECT_EQ(result[0].at("label"), "bright");
  EXPECT_EQ(result[1].at("label"), "dark");
  EXPECT_EQ(result[1].at("index"), 1);
}

TEST_F(CliPredict, RefusesWhatIsNoImageBeforeItPrints) {
  write_file(dir_ / "text.png", "no image");
  expect_refusal(run({"predict", "model.safetensors", "white.png", "text.png"}), 3,
                 {"text.png", "want PNG, JPEG, BMP, GIF, TIFF, WebP or PNM"});
  expect_refusal(run({"predict", "model.safetensors", "none.png"}), 5, {"none.png"});
  expect_refusal(run({"predict", "model.safetensors", "bands"}), 2,
                 {"bands: a folder, want image files, as in bands/*.png"});
  expect_refusal(run({"predict", "model.safetensors"}), 2, {"IMAGES"});
  expect_refusal(run({"predict", "model.safetensors", "white.png", "--top", "0"}), 2, {"--top"});
}

TEST_F(CliPredict, RefusesAModelOfOtherChannels) {
  Sequential net = Sequential::parse("Flatten Linear(2)");
  Generator generator;
  net.build({2, 2, 2}, generator);
  save_model(dir_ / "two.safetensors", net, {});
  expect_refusal(run({"predict", "two.safetensors", "white.png"}), 2, {"2x2x2", "1 or 3 channels"});
}

TEST_F(CliPredict, ScalesTheImagesOfAGzippedIdxFileWhateverItsName) {
  const std::string pixels = std::string(9, '\xff') + std::string(9, '\0');
  write_file(dir_ / "two.png", gzip(image_file(2, 3, 3, pixels)));
  const Json result = Json::parse(run({"predict", "model.safetensors", "two.png", "--json"}).out);
  ASSERT_EQ(result.size(), 2u);
  EXPECT_NEAR(result[0].at("probabilities")[1], kSure, 1e-6);
  EXPECT_NEAR(result[1].at("probabilities")[0], kSure, 1e-6);
}

TEST_F(CliPredict, ReadsJpegAndPgmAndScalesThem) {
  std::filesystem::copy(std::filesystem::path(LENET_GOLDEN_DIR) / "images/grey.jpg", dir_);
  write_file(dir_ / "half.pgm", "P2 2 1 10 10 0");
  const Outcome outcome = run({"predict", "model.safetensors", "grey.jpg", "half.pgm", "--json"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  // Half of it white: the logit is 8 * (1/2 - 1/2) = 0, as that of class 0.
  EXPECT_NEAR(Json::parse(outcome.out)[1].at("probabilities")[0], 0.5, 1e-6);
}

TEST_F(CliPredict, SaysThatAFileWithAllPixelsIsDamaged) {
  write_png(dir_ / "whole.png", {{1, 1, 1}, {9}});
  const std::string whole = read_file(dir_ / "whole.png", 1000);
  write_file(dir_ / "cut.png", whole.substr(0, whole.size() - 12));
  const Outcome outcome = run({"predict", "model.safetensors", "whole.png", "cut.png"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.err, "lenet: cut.png: damaged: the file is cut\n");
}

TEST_F(CliPredict, AnyNumberOfThreadsGivesTheSame) {
  write_file(dir_ / "many", image_file(100, 2, 2, noise(400)));
  const auto result = [&](const std::string& threads) {
    return run({"predict", "model.safetensors", "many", "--threads", threads}).out;
  };
  EXPECT_TRUE(contains(result("1"), "many 99\n"));
  EXPECT_EQ(result("1"), result("3"));
}

TEST_F(CliPredict, RefusesBrokenIdxFilesByName) {
  write_file(dir_ / "labels", label_file("\1\2"));
  expect_refusal(run({"predict", "model.safetensors", "white.png", "labels"}), 3,
                 {"labels: ", "is this the label file?"});
  write_file(dir_ / "short", image_file(2, 2, 2, "1234567"));
  expect_refusal(run({"predict", "model.safetensors", "short"}), 3, {"short: ", "cut short?"});
}

TEST_F(CliPredict, RefusesAPipeWithoutWaiting) {
  ASSERT_EQ(::mkfifo((dir_ / "pipe").c_str(), 0600), 0);
  expect_refusal(run({"predict", "model.safetensors", "pipe"}), 5, {"pipe: ", "want a file"});
}

TEST_F(CliPredict, FileNamesCannotSteerTheTerminal) {
  std::filesystem::copy(dir_ / "white.png", dir_ / "a\x1b[2Jb.png");
  const Outcome outcome = run({"predict", "model.safetensors", "a\x1b[2Jb.png"});
  EXPECT_TRUE(outcome.out.starts_with("a?[2Jb.png\n")) << outcome.out;
}

TEST_F(CliPredict, RefusesOutputsThatAreNotFinite) {
  Sequential net = Sequential::parse("Flatten Linear(2)");
  Generator generator;
  net.build({1, 2, 2}, generator);
  constant_weights(net, 3e38f);  // their sum overflows, and infinity less infinity is no number
  save_model(dir_ / "large.safetensors", net, {});
  expect_refusal(run({"predict", "large.safetensors", "white.png"}), 3,
                 {"large.safetensors: ", "white.png are not finite"});
}

TEST_F(CliPredict, RefusesMoreImagesThanMemoryShouldHold) {
  Sequential net = Sequential::parse("Flatten Linear(2)");
  Generator generator;
  net.build({1, 1024, 1024}, generator);
  save_model(dir_ / "wide.safetensors", net, {});
  write_file(dir_ / "many", image_file(1025, 1, 1, noise(1025)));
  expect_refusal(run({"predict", "wide.safetensors", "many"}), 3,
                 {"many: this makes 1025 images, want at most 1024 of 1x1024x1024"});
}

}  // namespace
}  // namespace lenet
