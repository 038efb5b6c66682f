// lenet predict.
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
                 {"text.png", "want PNG, JPEG, PGM or PPM"});
  expect_refusal(run({"predict", "model.safetensors", "none.png"}), 5, {"none.png"});
  expect_refusal(run({"predict", "model.safetensors", "bands"}), 5, {"bands"});
  expect_refusal(run({"predict", "model.safetensors"}), 2, {"images"});
  expect_refusal(run({"predict", "model.safetensors", "white.png", "--top", "0"}), 2, {"--top"});
}

TEST_F(CliPredict, RefusesAModelOfOtherChannels) {
  Sequential net = Sequential::parse("Flatten Linear(2)");
  Generator generator;
  net.build({2, 2, 2}, generator);
  save_model(dir_ / "two.safetensors", net, {});
  expect_refusal(run({"predict", "two.safetensors", "white.png"}), 2, {"2x2x2", "1 or 3 channels"});
}

}  // namespace
}  // namespace lenet
