// Training that starts from a saved model, keeps a part of it, or ends with other classes.
#include "cli/cli_test.h"
#include "lenet/safetensors.h"

namespace lenet {
namespace {

class CliFreeze : public Cli {
 protected:
  /// A run of a network with a convolution and a normalisation.
  Outcome train_conv(const std::string& out, const std::string& epochs,
                     const Words& more = {}) const {
    Words words = {"train",
                   "--data",
                   "bands",
                   "--out",
                   out,
                   "--epochs",
                   epochs,
                   "--batch-size",
                   "50",
                   "--model",
                   "Conv2d(4, 3) BatchNorm2d ReLU Flatten Linear(3)"};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  }
  std::vector<float> tensor(const std::string& out, const std::string& name) const {
    for (const NamedTensor& t : read_safetensors(dir_ / out / "model.safetensors").tensors) {
      if (t.name == name) return t.values;
    }
    return {};
  }
};

TEST_F(CliFreeze, KeepsTheFirstLayersOfTheWeightsAndRepeatsItself) {
  ASSERT_EQ(train_conv("first", "1").exit_code, 0);
  const Words more = {"--weights", "first/model.safetensors", "--freeze", "2"};
  const Outcome outcome = train_conv("second", "2", more);
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  for (const char* name :
       {"0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var"}) {
    EXPECT_EQ(tensor("second", name), tensor("first", name)) << name;
  }
  EXPECT_NE(tensor("second", "4.weight"), tensor("first", "4.weight"));
  EXPECT_EQ(Json::parse(content("second/run.json")).at("freeze"), Json{"2"});
  EXPECT_EQ(run({"reproduce", "second"}).exit_code, 0);
  const Outcome changed = run({"train", "--resume", "second", "--freeze", "0.*,4.bias"});
  expect_refusal(changed, 2, {"--freeze: the run has [\"2\"]", "[\"0.*\",\"4.bias\"]"});
}

TEST_F(CliFreeze, GoesOnWithWhatTheRunKeeps) {
  ASSERT_EQ(train_conv("part", "1", {"--freeze", "0.*,1.*"}).exit_code, 0);
  ASSERT_EQ(train_conv("whole", "3", {"--freeze", "0.*,1.*"}).exit_code, 0);
  const Outcome outcome =
      run({"train", "--resume", "part", "--epochs", "3", "--allow-change", "epochs"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(content("part/model.safetensors"), content("whole/model.safetensors"));
}

TEST_F(CliFreeze, NamesWhatThereIs) {
  expect_refusal(train_conv("out", "1", {"--freeze", "conv1.*"}), 2,
                 {"freeze 'conv1.*'", "0.weight, 0.bias, 1.weight"});
  expect_refusal(train_conv("out", "1", {"--freeze", "9"}), 2, {"freeze '9'", "want 1 to 5"});
  EXPECT_FALSE(std::filesystem::exists(dir_ / "out"));
}

using CliClasses = Cli;

TEST_F(CliClasses, APresetEndsWithAnOutputAClass) {
  const Outcome outcome = run({"train", "--data", "bands", "--batch-size", "100", "--epochs", "1",
                               "--model", "lenet-bn", "--out", "out"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const std::string model = read_safetensors(dir_ / "out/model.safetensors").metadata.at("model");
  EXPECT_TRUE(model.ends_with("Sigmoid Linear(3)")) << model;
}

TEST_F(CliClasses, APresetOfASweepEndsWithAnOutputAClass) {
  const Outcome outcome = run({"sweep", "--data", "bands", "--batch-size", "100", "--epochs", "1",
                               "--grid", "model=lenet,lenet-bn", "--out", "out", "--json"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(content("out/runs.jsonl").find("error"), std::string::npos);
}

TEST_F(CliClasses, ANetworkWithMoreOutputsThanClassesIsRefused) {
  expect_refusal(run({"train", "--data", "bands", "--model", "Flatten Linear(10)"}), 2,
                 {"3 classes", "10 outputs", "end it with Linear(3)"});
}

TEST_F(CliClasses, OneIsOneClass) {
  write_file(data_ / "train-labels-idx1-ubyte", label_file(std::string(300, '\0')));
  write_file(data_ / "t10k-labels-idx1-ubyte", label_file(std::string(100, '\0')));
  expect_refusal(run({"train", "--data", "bands", "--model", "Flatten Linear(3)"}), 2,
                 {"the data has 1 class, the network ends with 3 outputs"});
  EXPECT_TRUE(contains(run({"data", "bands"}).out, " of 1x12x12, 1 class\n"));
}

}  // namespace
}  // namespace lenet
