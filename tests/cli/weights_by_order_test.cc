// Weights under another framework's names: --weights-by order.
#include "cli/weights_test.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;

constexpr const char* kNetwork = "Conv2d(3, 3) Tanh Flatten Linear(3)";
constexpr const char* kOffer = "--weights-by order takes the tensors in their order";

class CliWeightsByOrder : public CliWeights {
 protected:
  /// first/, and its weights as foreign.safetensors under a PyTorch module's names, sorted.
  CliWeightsByOrder() {
    const Outcome outcome = train_on("named", "first", {"--model", kNetwork});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    SafeTensors file = read_safetensors(dir_ / "first/model.safetensors");
    for (NamedTensor& t : file.tensors) {
      const std::string part = t.name.substr(1);
      t.name = (t.name.starts_with("0") ? "conv1" : "fc1") + part;
    }
    std::ranges::sort(file.tensors, {}, &NamedTensor::name);
    write_safetensors(dir_ / "foreign.safetensors", file.tensors);
  }

  Outcome eval(const Words& more) const {
    Words words = {"eval",  "foreign.safetensors", "--data", "named", "--test-split", "0.25",
                   "--json"};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  }
};

TEST_F(CliWeightsByOrder, AreJudgedAndExported) {
  const Outcome own = run({"eval", "first", "--json"});
  const Outcome outcome = eval({"--model", kNetwork, "--weights-by", "order"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(Json::parse(outcome.out).at("accuracy"), Json::parse(own.out).at("accuracy"));
  for (const char* out : {"model.onnx", "model.c"}) {
    const Outcome exported = run({"export", "foreign.safetensors", "--model", kNetwork, "--input",
                                  "1x6x6", "--weights-by", "order", "-o", out});
    EXPECT_EQ(exported.exit_code, 0) << exported.err;
  }
}

TEST_F(CliWeightsByOrder, AreOfferedExactlyWhereTheyFit) {
  const Outcome fitting = eval({"--model", kNetwork});
  expect_refusal(fitting, 3, {"no tensor 0.weight", kOffer});
  const Outcome other = eval({"--model", "Conv2d(4, 3) Tanh Flatten Linear(3)"});
  expect_refusal(other, 3, {"no tensor 0.weight"});
  EXPECT_FALSE(contains(other.err, kOffer));
  const Outcome ordered =
      eval({"--model", "Conv2d(4, 3) Tanh Flatten Linear(3)", "--weights-by", "order"});
  expect_refusal(ordered, 3,
                 {"by order: \"conv1\" has bias 3, weight 3x1x3x3, want bias 4, weight 4x1x3x3"});
}

TEST_F(CliWeightsByOrder, GoOnTrainingAndAreRecorded) {
  const Words from = {"--weights", "foreign.safetensors", "--model", kNetwork};
  expect_refusal(train_on("named", "out", from), 3, {"no tensor 0.weight", kOffer});
  Words ordered = from;
  ordered.insert(ordered.end(), {"--weights-by", "order"});
  ASSERT_EQ(train_on("named", "out", ordered).exit_code, 0);
  ASSERT_EQ(train_on("named", "want", {"--weights", "first", "--no-normalize"}).exit_code, 0);
  EXPECT_EQ(tensor("out", "0.weight"), tensor("want", "0.weight"));
  EXPECT_EQ(run_json("out").at("weights_by"), "order");
  EXPECT_FALSE(run_json("want").contains("weights_by"));
  EXPECT_EQ(run({"reproduce", "out"}).exit_code, 0);
  const Outcome more =
      run({"train", "--resume", "out", "--epochs", "4", "--allow-change", "epochs"});
  EXPECT_EQ(more.exit_code, 0) << more.err;
}

TEST_F(CliWeightsByOrder, TakeANewHead) {
  draw("two", {"high", "low"});
  const Words from = {"--weights", "foreign.safetensors", "--model",
                      "Conv2d(3, 3) Tanh Flatten Linear(2)"};
  const auto with = [&](const Words& more) {
    Words words = from;
    words.insert(words.end(), more.begin(), more.end());
    return train_on("two", "out", words);
  };
  expect_refusal(with({}), 3, {kOffer, "--new-head"});
  expect_refusal(with({"--new-head"}), 3, {kOffer});
  expect_refusal(with({"--weights-by", "order"}), 3, {"by order: ", "--new-head"});
  const Outcome outcome = with({"--weights-by", "order", "--new-head", "--freeze", "1"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(tensor("out", "0.weight"), tensor("first", "0.weight"));
}

TEST_F(CliWeightsByOrder, OfAPresetHaveTheFilesOutputs) {
  Sequential net = *make_preset("lenet", 3);
  Generator generator;
  net.build({1, 28, 28}, generator);
  std::vector<NamedTensor> tensors;
  for (const NamedParameter& p : net.named_parameters()) {
    tensors.push_back({"layer" + p.name, p.info.shape, {p.values.begin(), p.values.end()}});
  }
  write_safetensors(dir_ / "three.safetensors", tensors);
  const Outcome outcome = run({"export", "three.safetensors", "--model", "lenet", "--weights-by",
                               "order", "-o", "three.onnx"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
}

TEST_F(CliWeightsByOrder, AreRefusedWhereTheyMeanNothing) {
  expect_refusal(run({"eval", "first", "--model", kNetwork, "--weights-by", "order"}), 2,
                 {"it has its own network", "--weights-by order", "leave it out"});
  expect_refusal(run({"eval", "first", "--weights-by", "order"}), 2, {"--model"});
  expect_refusal(run({"train", "--data", "named", "--test-split", "0.25", "--weights-by", "order"}),
                 2, {"--weights-by: no effect without --weights"});
  ASSERT_EQ(run({"export", "first", "-o", "first.onnx"}).exit_code, 0);
  expect_refusal(train_on("named", "out", {"--weights", "first.onnx", "--weights-by", "order"}), 2,
                 {"--weights-by order is for safetensors"});
  expect_refusal(eval({"--model", kNetwork, "--weights-by", "size"}), 2, {"name", "order"});
}

}  // namespace
}  // namespace lenet
