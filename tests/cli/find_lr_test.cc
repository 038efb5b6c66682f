// lenet find-lr.
#include "cli/cli_test.h"

namespace lenet {
namespace {

class CliFindLr : public Cli {
 protected:
  Outcome find(const Words& more = {}) const {
    Words words = {"find-lr",           "--data",       "bands", "--model",
                   "Flatten Linear(3)", "--batch-size", "20"};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  }
};

TEST_F(CliFindLr, DrawsTheCurveAndSuggestsARate) {
  const Outcome outcome = find();
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_TRUE(contains(outcome.out, "steps, from the rate 1e-05 to "));
  EXPECT_TRUE(contains(outcome.out, "suggested: --lr "));
  EXPECT_TRUE(contains(outcome.out, "log10 of the rate"));
  EXPECT_EQ(entries(), Words{"bands"});
}

TEST_F(CliFindLr, WritesADocumentAndAFigure) {
  const Outcome outcome = find({"--json", "-o", "curve.svg", "--from", "1e-4", "--steps", "50",
                                "--optimizer", "adam", "--threads", "2"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const Json document = Json::parse(outcome.out);
  ASSERT_GE(document.at("points").size(), 10u);
  EXPECT_EQ(document.at("points")[0].at("lr"), 1e-4);
  EXPECT_LE(document.at("lr").get<double>(), document.at("lr_of_least_loss").get<double>());
  EXPECT_TRUE(content("curve.svg").starts_with("<"));
}

TEST_F(CliFindLr, TakesWhatTrainTakesButNoMore) {
  EXPECT_EQ(find({"--recipe", "fast", "--no-normalize", "--seed", "3"}).exit_code, 0);
  expect_refusal(find({"--epochs", "3"}), 2, {"--epochs"});
  expect_refusal(find({"--lr", "0.1"}), 2, {"--lr"});
  expect_refusal(find({"--optimizer", "adam", "--momentum", "0.9"}), 2, {"--momentum: no effect"});
  expect_refusal(find({"--from", "1", "--to", "0.5"}), 2, {"from 1 to 0.5", "want two rates"});
  expect_refusal(find({"--steps", "3"}), 2, {"--steps"});
  expect_refusal(find({"-o", "bands"}), 2, {"bands", "ends in .svg"});
  expect_refusal(find({"-o", "none/curve.svg"}), 5, {"none/curve.svg"});
}

}  // namespace
}  // namespace lenet
