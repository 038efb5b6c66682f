// lenet train: what it prints, what it learns, and that it repeats.
#include <cmath>
#include <regex>

#include "cli/cli_test.h"
#include "lenet/safetensors.h"
#include "lenet/simd.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;

const fs::path kGolden = LENET_GOLDEN_DIR;

class CliTrain : public Cli {
 protected:
  /// Weights of zeros for "Flatten Linear(3)": every class is as likely, whatever the image.
  void write_zeros(const std::string& name) const {
    write_safetensors(dir_ / name, {{"1.weight", {3, 144}, std::vector<float>(3 * 144)},
                                    {"1.bias", {3}, std::vector<float>(3)}});
  }
};

Words keys(const Json& object) {
  Words names;
  for (const auto& [key, value] : object.items()) names.push_back(key);
  return names;
}

std::int64_t lines(const std::string& text) { return std::ranges::count(text, '\n'); }

TEST_F(CliTrain, PrintsTheLinesOfTheChapterAndTheWallClock) {
  const Outcome outcome = train("out", {"--epochs", "2"});
  EXPECT_EQ(outcome.exit_code, 0);
  const std::regex wanted(
      "training on cpu\n"
      "loss \\d+\\.\\d{3}, train acc \\d\\.\\d{3}, test acc \\d\\.\\d{3}\n"
      "\\d+\\.\\d examples/sec on cpu\n"
      "\\d+\\.\\d examples/sec wall clock, loading and evaluation included \\(\\d+\\.\\d s\\)\n");
  EXPECT_TRUE(std::regex_match(outcome.out, wanted)) << outcome.out;
}

TEST_F(CliTrain, LearnsWhatALinearNetworkCan) {
  const Json result = Json::parse(train("out", {"--epochs", "3", "--json"}).out);
  EXPECT_EQ(result.at("train_acc"), 1.0);
  EXPECT_EQ(result.at("test_acc"), 1.0);
}

TEST_F(CliTrain, PrintsALineAnEpochOnStandardErrorAndWhereTheRunIs) {
  const std::string err = train("out", {"--epochs", "3"}).err;
  EXPECT_EQ(lines(err), 4) << err;
  for (const char* part : {"epoch 1/3", "epoch 2/3", "epoch 3/3", "written to out"}) {
    EXPECT_TRUE(contains(err, part));
  }
  EXPECT_EQ(err.find('\x1b'), std::string::npos);
}

TEST_F(CliTrain, RedrawsInPlaceOnATerminal) {
  Surroundings terminal{.folder = dir_, .variables = {{"TERM", "xterm"}}, .terminal = true};
  const Outcome outcome = run_program(train_words("out", {"--epochs", "3"}), terminal);
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_TRUE(contains(outcome.err, "\x1b["));
  EXPECT_TRUE(contains(outcome.err, "A\r"));  // back up over the last frame
  EXPECT_TRUE(contains(outcome.err, "\x1b[36m"));
  EXPECT_EQ(outcome.out.find('\x1b'), std::string::npos);
}

TEST_F(CliTrain, UsesNoColourOnATerminalWhereNoColorIsSet) {
  const std::regex color("\x1b\\[[0-9;]*m");
  Surroundings terminal{
      .folder = dir_, .variables = {{"TERM", "xterm"}, {"NO_COLOR", "1"}}, .terminal = true};
  const Outcome outcome = run_program(train_words("out"), terminal);
  EXPECT_TRUE(contains(outcome.err, "epoch 10/10"));
  EXPECT_FALSE(std::regex_search(outcome.err, color));
}

TEST_F(CliTrain, PrintsLinesOnATerminalThatCannotRedraw) {
  Surroundings terminal{.folder = dir_, .variables = {{"TERM", "dumb"}}, .terminal = true};
  const Outcome outcome = run_program(train_words("out"), terminal);
  EXPECT_TRUE(contains(outcome.err, "epoch 10/10"));
  EXPECT_EQ(outcome.err.find('\x1b'), std::string::npos);
}

TEST_F(CliTrain, JsonIsOneDocumentWithTheResultAndEveryEpoch) {
  const Outcome outcome =
      train("out", {"--epochs", "2", "--seed", "7", "--threads", "1", "--json"});
  EXPECT_EQ(outcome.exit_code, 0);
  const Json result = Json::parse(outcome.out);  // throws on a second document
  EXPECT_EQ(keys(result),
            (Words{"device", "epochs", "examples_per_sec", "loss", "out", "seed", "sha256", "simd",
                   "test_acc", "threads", "train_acc", "wall_seconds"}));
  EXPECT_EQ(result.at("device"), "cpu");
  EXPECT_EQ(result.at("out"), "out");
  EXPECT_EQ(result.at("seed"), 7);
  EXPECT_EQ(result.at("threads"), 1);
  EXPECT_EQ(result.at("simd"), simd_targets().front());
  EXPECT_GT(result.at("examples_per_sec"), 0);
  EXPECT_GT(result.at("wall_seconds"), 0);
  const Json& epochs = result.at("epochs");
  ASSERT_EQ(epochs.size(), 2u);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(keys(epochs[i]), (Words{"epoch", "loss", "test_acc", "train_acc"}));
    EXPECT_EQ(epochs[i].at("epoch"), i + 1);
  }
  for (const char* key : {"loss", "train_acc", "test_acc"}) {
    EXPECT_EQ(result.at(key), epochs[1].at(key));
  }
}

TEST_F(CliTrain, MaxStepsListsTheLossOfEachAndStopsThere) {
  const Json result = Json::parse(train("out", {"--max-steps", "17", "--json"}).out);
  EXPECT_EQ(result.at("step_losses").size(), 17u);  // 15 an epoch
  EXPECT_EQ(result.at("epochs").size(), 2u);
}

TEST_F(CliTrain, MaxStepsBeyondTheEpochsChangesNothing) {
  const Json result =
      Json::parse(train("out", {"--epochs", "1", "--max-steps", "1000", "--json"}).out);
  EXPECT_EQ(result.at("step_losses").size(), 15u);
}

TEST_F(CliTrain, FirstLossFromWeightsOfZeroIsTheLogarithmOfTheClasses) {
  write_zeros("zeros.safetensors");
  const Outcome outcome =
      train("out", {"--weights", "zeros.safetensors", "--max-steps", "1", "--json"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_NEAR(Json::parse(outcome.out).at("step_losses")[0], std::log(3.0), 1e-6);
}

TEST_F(CliTrain, ModelIsAPresetAFileOrTheTextItself) {
  write_file(dir_ / "net.txt", "# two layers\nFlatten,\nLinear(3)\n");
  const auto model_of = [&](const std::string& model, const std::string& out) {
    const Outcome outcome = run({"train", "--data", "bands", "--batch-size", "100", "--epochs", "1",
                                 "--model", model, "--out", out});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return read_safetensors(dir_ / out / "model.safetensors").metadata.at("model");
  };
  EXPECT_EQ(model_of("net.txt", "file"), "Flatten Linear(3)");
  EXPECT_EQ(model_of("Flatten Linear(3)", "text"), "Flatten Linear(3)");
  EXPECT_EQ(model_of("file/model.safetensors", "saved"), "Flatten Linear(3)");
  EXPECT_EQ(model_of("lenet", "preset"),
            "Conv2d(6, 5, padding=2) Sigmoid AvgPool2d(2) Conv2d(16, 5) Sigmoid AvgPool2d(2) "
            "Flatten Linear(120) Sigmoid Linear(84) Sigmoid Linear(3)");
  EXPECT_EQ(content("file/model.safetensors"), content("text/model.safetensors"));
}

TEST_F(CliTrain, WeightsOfARunGoOnWhereItEnded) {
  ASSERT_EQ(train("first", {"--epochs", "3"}).exit_code, 0);
  const Json result = Json::parse(
      train("second", {"--weights", "first/model.safetensors", "--max-steps", "1", "--json"}).out);
  EXPECT_LT(result.at("step_losses")[0], 0.1);  // log(3) without
}

TEST_F(CliTrain, ThreadsAndSimdTargetsWithFmaGiveTheSameBits) {
  const Words lenet = {"train", "--data", "bands", "--batch-size", "64", "--epochs", "2", "--out"};
  const auto model_of = [&](Words more, const std::string& simd) {
    Words words = lenet;
    words.insert(words.end(), more.begin(), more.end());
    Surroundings with{.folder = dir_};
    if (!simd.empty()) with.variables["LENET_SIMD"] = simd;
    EXPECT_EQ(run_program(words, with).exit_code, 0);
    return content(fs::path(more[0]) / "model.safetensors");
  };
  const std::string one = model_of({"one", "--threads", "1"}, "");
  EXPECT_EQ(model_of({"two", "--threads", "2"}, ""), one);
  EXPECT_EQ(model_of({"five", "--threads", "5"}, ""), one);
  EXPECT_NE(model_of({"other", "--seed", "1"}, ""), one);
  for (const std::string& target : simd_targets()) {
    if (target == "ssse3") continue;  // has no FMA
    EXPECT_EQ(model_of({target, "--threads", "2"}, target), one) << target;
  }
}

TEST_F(CliTrain, OrderWithoutShuffleDoesNotDependOnTheSeed) {
  write_zeros("zeros.safetensors");
  const Words same = {"--weights", "zeros.safetensors", "--no-shuffle", "--epochs", "1", "--seed"};
  const auto model_of = [&](const std::string& seed) {
    Words words = same;
    words.push_back(seed);
    EXPECT_EQ(train("seed" + seed, words).exit_code, 0);
    return content(fs::path("seed" + seed) / "model.safetensors");
  };
  EXPECT_EQ(model_of("1"), model_of("2"));
}

TEST_F(CliTrain, TenStepsFromPyTorchsWeightsHavePyTorchsLosses) {
  const Outcome outcome =
      run({"train", "--weights", (kGolden / "lenet_seed0_init.safetensors").string(), "--data",
           "fashion-mnist", "--no-shuffle", "--max-steps", "10", "--out", "out", "--json"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const Json golden = Json::parse(read_file(kGolden / "lenet_seed0_10steps.json", 1 << 20));
  const Json losses = Json::parse(outcome.out).at("step_losses");
  ASSERT_EQ(losses.size(), 10u);
  for (std::size_t i = 0; i < 10; ++i) {
    const double wanted = golden.at("loss")[i];
    EXPECT_NEAR(losses[i], wanted, 1e-5 * wanted) << "step " << i + 1;
  }
}

TEST_F(CliTrain, SeedZeroDrawsPyTorchsFirstWeights) {
  const Outcome outcome =
      run({"train", "--no-shuffle", "--max-steps", "1", "--lr", "1e-30", "--out", "out"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const SafeTensors drawn = read_safetensors(dir_ / "out/model.safetensors");
  const SafeTensors golden = read_safetensors(kGolden / "lenet_seed0_init.safetensors");
  ASSERT_EQ(drawn.tensors.size(), golden.tensors.size());
  for (const NamedTensor& wanted : golden.tensors) {
    const auto found = std::ranges::find(drawn.tensors, wanted.name, &NamedTensor::name);
    ASSERT_NE(found, drawn.tensors.end()) << wanted.name;
    EXPECT_EQ(found->values, wanted.values) << wanted.name;
  }
}

}  // namespace
}  // namespace lenet
