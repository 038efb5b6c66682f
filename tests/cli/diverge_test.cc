// How a run of lenet train ends whose loss is no number.
#include <cmath>

#include "cli/cli_test.h"
#include "lenet/model_file.h"

namespace lenet {
namespace {

class CliDiverges : public Cli {
 protected:
  /// The loss of the second step is no number: the first step throws the hidden layer to 1e30 times
  /// where it was, and logits overflow.
  Outcome diverge(const Words& more = {}) const {
    Words words = {"train",
                   "--data",
                   "bands",
                   "--batch-size",
                   "20",
                   "--lr",
                   "1e30",
                   "--out",
                   "out",
                   "--model",
                   "Flatten Linear(16) ReLU Linear(3)"};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  }
};

TEST_F(CliDiverges, WithFourAndNamesTheStepAndTheRate) {
  const Outcome outcome = diverge();
  EXPECT_EQ(outcome.exit_code, 4);
  EXPECT_EQ(outcome.out, "training on cpu\n");
  for (const char* part : {"epoch 1, step 2", "learning rate 1e+30", "smaller", "written to out"}) {
    EXPECT_TRUE(contains(outcome.err, part));
  }
}

TEST_F(CliDiverges, WithoutAJsonDocument) {
  const Outcome outcome = diverge({"--json"});
  EXPECT_EQ(outcome.exit_code, 4);
  EXPECT_EQ(outcome.out, "");
}

TEST_F(CliDiverges, KeepsTheLastGoodWeightsWhichEvaluate) {
  diverge({"--seed", "5"});
  const Model model = load_model(dir_ / "out/model.safetensors");
  for (const float value : model.net.parameters()) EXPECT_TRUE(std::isfinite(value));
  const Outcome outcome = run({"eval", "out/model.safetensors", "--data", "bands", "--json"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_TRUE(Json::parse(outcome.out).at("loss").is_number());
}

TEST_F(CliDiverges, AndSaysSoInRunJson) {
  diverge();
  EXPECT_TRUE(contains(Json::parse(content("out/run.json")).at("diverged"), "step 2"));
}

}  // namespace
}  // namespace lenet
