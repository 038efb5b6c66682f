// lenet reproduce, --on-nan and the explanation of a plateau.
#include "cli/cli_test.h"

namespace lenet {
namespace {

class CliReproduce : public Cli {
 protected:
  /// Trains this network into the folder `out`.
  Outcome train_net(const std::string& out, const std::string& net, const Words& more) const {
    Words words = {"train", "--data", "bands", "--out", out, "--batch-size", "20", "--model", net};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  }
};

TEST_F(CliReproduce, FindsTheSameWeightsAndMetrics) {
  ASSERT_EQ(train("out", {"--epochs", "2", "--ema", "0.9", "--momentum", "0.9"}).exit_code, 0);
  const Outcome outcome = run({"reproduce", "out", "--threads", "3", "--json"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  const Json document = Json::parse(outcome.out);
  EXPECT_EQ(document["same"], true);
  for (const char* what : {"weights", "averaged weights", "loss", "epochs", "metrics.jsonl"}) {
    EXPECT_EQ(document["compared"][what], true) << what;
  }
  EXPECT_EQ(content("out/model.safetensors"), content("out-reproduced/model.safetensors"));
  EXPECT_EQ(run({"reproduce", "out"}).exit_code, 2);
  EXPECT_EQ(run({"reproduce", "out", "--force"}).exit_code, 0);
}

TEST_F(CliReproduce, TakesTheRecordOfARunForItsFolder) {
  ASSERT_EQ(train("out", {"--epochs", "1"}).exit_code, 0);
  for (const char* named : {"out/run.json", "out/", "./out/run.json"}) {
    const Outcome outcome = run({"reproduce", named, "--force"});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_TRUE(std::filesystem::exists(dir_ / "out-reproduced/run.json"));
    EXPECT_TRUE(contains(run({"train", "--resume", named}).err, "out was finished"));
  }
}

TEST_F(CliReproduce, SaysWhatDiffersAndWhatMayBeTheReason) {
  ASSERT_EQ(train("out", {"--epochs", "2"}).exit_code, 0);
  ASSERT_EQ(run({"train", "--resume", "out", "--lr", "0.125", "--epochs", "3", "--allow-change",
                 "lr,epochs"})
                .exit_code,
            0);
  const Outcome outcome = run({"reproduce", "out"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_TRUE(contains(outcome.out, "weights            differs"));
  EXPECT_TRUE(contains(outcome.err, "out-reproduced is not what out holds"));
  EXPECT_TRUE(contains(outcome.err, R"(options were changed while it ran: ["epochs","lr"])"));
}

TEST_F(CliReproduce, RefusesWhatIsNoRunThatHasEnded) {
  expect_refusal(run({"reproduce", "nowhere"}), 5, {"nowhere/run.json"});
  std::filesystem::create_directory(dir_ / "out");
  for (const char* text : {"", "[]", "{\"lenet\": 1}", "{\"result\": 3}"}) {
    write_file(dir_ / "out/run.json", text);
    expect_refusal(run({"reproduce", "out"}), 3, {"out/run.json: want the record of a run"});
  }
  write_file(dir_ / "out/run.json", R"({"lenet": "1", "lr": -1, "result": {"sha256": ""}})");
  expect_refusal(run({"reproduce", "out"}), 2, {"out/run.json", "--lr"});
}

TEST_F(CliReproduce, RollsBackAtMostFiveTimes) {
  const std::string net = "Flatten Linear(9) ReLU Linear(9) ReLU Linear(3)";
  const Outcome stop = train_net("stop", net, {"--lr", "1e30"});
  EXPECT_EQ(stop.exit_code, 4);
  EXPECT_TRUE(contains(stop.err, "learning rate 1e+30"));
  const Outcome outcome = train_net("rollback", net, {"--lr", "1e30", "--on-nan", "rollback"});
  EXPECT_EQ(outcome.exit_code, 4);
  EXPECT_TRUE(contains(outcome.err, "begins again with a rate of 5e+29 (rollback 1 of 5)"));
  EXPECT_TRUE(contains(outcome.err, "(rollback 5 of 5)"));
  EXPECT_TRUE(contains(outcome.err, "learning rate 3.125e+28"));
}

TEST_F(CliReproduce, ExplainsALossThatStaysAtChanceOnce) {
  const Outcome outcome =
      train_net("out", "Flatten Linear(9) Sigmoid Linear(9) Sigmoid Linear(9) Sigmoid Linear(3)",
                {"--epochs", "5", "--lr", "0.1"});
  EXPECT_EQ(outcome.exit_code, 0);
  const std::string explanation = "that is ln(3), for two epochs";
  EXPECT_TRUE(contains(outcome.err, explanation));
  EXPECT_EQ(outcome.err.find(explanation), outcome.err.rfind(explanation));
  EXPECT_TRUE(contains(outcome.err, "Linear(9)"));
  EXPECT_TRUE(contains(outcome.err, "saturated"));
  EXPECT_FALSE(contains(train("out2", {"--epochs", "5"}).err, "ln(3)"));
}

}  // namespace
}  // namespace lenet
