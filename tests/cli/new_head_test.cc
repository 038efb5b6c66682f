// Training from the weights of a file on other classes: --new-head.
#include "cli/weights_test.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;

TEST_F(CliWeights, OfOtherClassesNeedANewHead) {
  train_first();
  draw("two", {"high", "low"});
  draw("renamed", {"high", "low", "sky"});
  expect_refusal(train_on("two", "out", {"--weights", "first"}), 2,
                 {"first: tells 3 classes (high, low, middle) apart, the data has 2 classes (high, "
                  "low)",
                  "--new-head"});
  expect_refusal(train_on("renamed", "out", {"--weights", "first"}), 2,
                 {"sky", "high, low, middle", "--new-head"});
  draw("one", {"low"});
  expect_refusal(train_on("one", "out", {"--weights", "first"}), 2, {"the data has 1 class (low)"});
  EXPECT_FALSE(fs::exists(dir_ / "out"));
  for (const char* data : {"two", "renamed"}) {
    const Outcome outcome = train_on(data, data + std::string("-out"),
                                     {"--weights", "first", "--new-head", "--freeze", "1"});
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(tensor(data + std::string("-out"), "0.weight"), tensor("first", "0.weight"));
  }
  EXPECT_EQ(model("two-out").net.text(), "Conv2d(3, 3) Tanh Flatten Linear(2)");
  EXPECT_EQ(model("two-out").class_names, (Words{"high", "low"}));
  EXPECT_EQ(run_json("two-out").at("new_head"), true);
  EXPECT_EQ(run_json("two-out").at("result").at("test_acc"), 1.0);
  EXPECT_EQ(run({"reproduce", "two-out"}).exit_code, 0);
}

TEST_F(CliWeights, WithANewHeadDrawThatOfARunFromTheSeed) {
  train_first();
  const Words still = {"--lr", "1e-30", "--seed", "7", "--max-steps", "1"};
  const auto train_two = [&](const std::string& out, const Words& more) {
    Words words = {"train", "--data",       "named", "--test-split", "0.25", "--out",
                   out,     "--batch-size", "5"};
    words.insert(words.end(), still.begin(), still.end());
    words.insert(words.end(), more.begin(), more.end());
    const Outcome outcome = run(words);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  };
  train_two("new", {"--weights", "first", "--new-head"});
  train_two("fresh", {"--model", "Conv2d(3, 3) Tanh Flatten Linear(3)"});
  EXPECT_EQ(tensor("new", "3.weight"), tensor("fresh", "3.weight"));
  EXPECT_EQ(tensor("new", "0.weight"), tensor("first", "0.weight"));
  EXPECT_NE(tensor("new", "0.weight"), tensor("fresh", "0.weight"));
}

TEST_F(CliWeights, AloneTakeANewHeadInTheNetworkOfModel) {
  train_first();
  SafeTensors file = read_safetensors(dir_ / "first/model.safetensors");
  for (NamedTensor& t : file.tensors) t.name = "net." + t.name;
  write_safetensors(dir_ / "alone.safetensors", file.tensors);
  draw("two", {"high", "low"});
  const Words network = {"--weights", "alone.safetensors", "--model",
                         "Conv2d(3, 3) Tanh Flatten Linear(2)"};
  expect_refusal(train_on("two", "out", network), 3, {"net.3.weight has shape", "--new-head"});
  Words other = network;  // no new head would help there
  other.back() = "Conv2d(2, 3) Tanh Flatten Linear(2)";
  EXPECT_FALSE(contains(train_on("two", "out", other).err, "--new-head"));
  Words more = network;
  more.insert(more.end(), {"--new-head", "--freeze", "1"});
  const Outcome outcome = train_on("two", "out", more);
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(tensor("out", "0.weight"), tensor("first", "0.weight"));
  EXPECT_EQ(tensor("out", "3.bias").size(), 2u);
}

TEST_F(CliWeights, OfANetworkWithoutALastLinearOfferNoNewHead) {
  const Words network = {"--model", "Conv2d(3, 3) Tanh AdaptiveAvgPool2d(1) Flatten"};
  ASSERT_EQ(train_on("named", "first", network).exit_code, 0);
  draw("two", {"high", "low"});
  const Outcome other = train_on("two", "out", {"--weights", "first"});
  expect_refusal(other, 2,
                 {"first: tells 3 classes (high, low, middle) apart, the data has 2 classes (high, "
                  "low)",
                  "ends in no Linear"});
  EXPECT_FALSE(contains(other.err, "--new-head replaces"));
  Model moved = model("first");
  save_model(dir_ / "moved.safetensors", moved.net, {"middle", "high", "low"});
  expect_refusal(train_on("named", "out", {"--weights", "moved.safetensors"}), 2,
                 {"in the order middle, high, low", "in the order high, low, middle",
                  "ends in no Linear", "in the order of the file"});
}

TEST_F(CliWeights, AreWhatNewHeadIsFor) {
  expect_refusal(
      train_on("named", "out", {"--new-head"}), 2,
      {"--new-head: no effect without --weights; want --weights a file", "leave --new-head out"});
}

}  // namespace
}  // namespace lenet
