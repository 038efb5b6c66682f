// The classes of a saved model and those of the data that it is judged on.
#include <cmath>

#include "cli/model_data_test.h"
#include "lenet/safetensors.h"

namespace lenet {
namespace {

TEST_F(CliModelData, ClassesAreMatchedByName) {
  write_brightness_model("model.safetensors");
  draw("some/dark", "a", 0);
  draw("some/light", "a", 255);
  draw("some/light", "b", 255);
  draw("some/light", "c", 0);  // which the model takes for dark
  const Outcome outcome = run({"eval", "model.safetensors", "--data", "some"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_TRUE(
      outcome.out.starts_with("evaluated on some: 4 images of 2 of the model's 3 classes, "
                              "as there is no test set\n"))
      << outcome.out;
  EXPECT_TRUE(contains(outcome.out, "accuracy 0.7500"));
  EXPECT_TRUE(contains(outcome.out,
                       "\n  dark              0.500      1.000      0.667          1"
                       "\n  grey                  -          -          -          0"
                       "\n  light             1.000      0.667      0.800          3\n"));
  EXPECT_FALSE(contains(outcome.out, "nan"));
  const Json result =
      Json::parse(run({"eval", "model.safetensors", "--data", "some", "--json"}).out);
  EXPECT_EQ(result.at("per_class_accuracy"), Json({1.0, nullptr, 2.0 / 3}));
  EXPECT_EQ(result.at("class_names"), Json({"dark", "grey", "light"}));
  // Logits of black: 0, -8, -32; of white: 0, 24, 32.
  const double black = std::log(1 + std::exp(-8.0) + std::exp(-32.0)),
               white = std::log(std::exp(-32.0) + std::exp(-8.0) + 1);
  EXPECT_NEAR(result.at("loss"), (black + 2 * white + black + 32) / 4, 1e-5);
  const Outcome integers =
      run({"export", "model.safetensors", "-o", "a.c", "--int8", "--data", "some"});
  EXPECT_TRUE(contains(integers.out, "accuracy 0.7500 float, 0.7500 int8")) << integers.err;
  EXPECT_TRUE(contains(integers.out, "4 images of 2 of the model's 3 classes"));
}

TEST_F(CliModelData, ClassThatTheModelDoesNotKnowIsRefused) {
  write_brightness_model("model.safetensors");
  draw("other/Dark", "a", 0);
  draw("other/light", "a", 255);
  for (const Words& words :
       {Words{"eval", "model.safetensors", "--data", "other"},
        Words{"export", "model.safetensors", "-o", "a.c", "--int8", "--data", "other"}}) {
    expect_refusal(run(words), 2,
                   {"class 'Dark'", "'dark': rename one", "Dark, light", "dark, grey, light"});
  }
  EXPECT_FALSE(std::filesystem::exists(dir_ / "a.c"));
}

TEST_F(CliModelData, OfMoreClassesThanTheModelTellsApartIsRefused) {
  write_model("two.safetensors", {1, 12, 12}, 2);
  for (const Words& words :
       {Words{"eval", "two.safetensors", "--data", "bands"},
        Words{"export", "two.safetensors", "-o", "a.c", "--int8", "--data", "bands"}}) {
    expect_refusal(run(words), 2, {"bands: 3 classes, the model tells 2 apart"});
  }
  EXPECT_FALSE(std::filesystem::exists(dir_ / "a.c"));
}

TEST_F(CliModelData, DoesNotTellTheOutputsOfWeightsAlone) {
  ASSERT_EQ(run({"train", "--data", "bands", "--max-steps", "1", "--out", "out"}).exit_code, 0);
  SafeTensors file = read_safetensors(dir_ / "out/model.safetensors");
  write_safetensors(dir_ / "weights.safetensors", file.tensors);
  const Words network = {"--model", "lenet", "--input", "1x12x12"};
  const auto of_three = [&](Words words) {
    words.insert(words.end(), network.begin(), network.end());
    const Outcome outcome = run(words);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  };
  of_three({"eval", "weights.safetensors", "--data", "bands"});
  of_three({"export", "weights.safetensors", "-o", "a.c"});
  draw("two/a", "a", 0, 12);
  draw("two/b", "b", 9, 12);
  of_three({"eval", "weights.safetensors", "--data", "two"});
  of_three({"predict", "weights.safetensors", "two/a/a.png"});
}

TEST_F(CliModelData, OfAClassTooManyIsRefusedByItsName) {
  write_brightness_model("model.safetensors");
  for (const char* name : {"dark", "grey", "light", "pitch"}) {
    draw(std::string("four/") + name, "a", 0);
  }
  expect_refusal(
      run({"eval", "model.safetensors", "--data", "four"}), 2,
      {"class 'pitch'", "dark, grey, light, pitch", "the model's are dark, grey, light"});
}

TEST_F(CliModelData, WithoutNamesLeavesOutNoClassOfTheModel) {
  write_model("five.safetensors", {1, 12, 12}, 5);
  const Words words = {"eval", "five.safetensors", "--data", "bands"};
  EXPECT_TRUE(contains(run(words).out,
                       "\n  class 0           0.340      1.000      0.507         34"
                       "\n  class 1               -      0.000      0.000         33"
                       "\n  class 2               -      0.000      0.000         33"
                       "\n  class 3               -          -          -          0"
                       "\n  class 4               -          -          -          0\n"));
  Words json = words;
  json.push_back("--json");
  EXPECT_EQ(Json::parse(run(json).out).at("per_class_accuracy"),
            Json({1.0, 0.0, 0.0, nullptr, nullptr}));
}

}  // namespace
}  // namespace lenet
