// lenet sweep: its runs, its folder and what it refuses.
#include "cli/cli_test.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;

class CliSweep : public Cli {
 protected:
  static Words sweep_words(const std::string& out) {
    return {"sweep",      "--data", "bands",        "--model", "Flatten Linear(3)",
            "--epochs",   "2",      "--batch-size", "20",      "--grid",
            "lr=0.1,0.2", "--grid", "seed=0..2",    "--out",   out};
  }
};

TEST_F(CliSweep, TriesEveryCombinationAndSortsThem) {
  const Outcome outcome = run(sweep_words("sweep"));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(std::ranges::count(content("sweep/sweep.csv"), '\n'), 7);
  EXPECT_EQ(std::ranges::count(outcome.out, '\n'), 3) << outcome.out;
  EXPECT_TRUE(contains(outcome.out, "deviation"));
  EXPECT_TRUE(contains(content("sweep/sweep.svg"), "<svg"));
  // The figures are those of a single run.
  const Json alone = Json::parse(
      run({"train", "--data", "bands", "--model", "Flatten Linear(3)", "--epochs", "2",
           "--batch-size", "20", "--lr", "0.2", "--seed", "1", "--out", "alone", "--json"})
          .out);
  const std::string row = "4,0.2,1," + alone.at("loss").dump();
  EXPECT_TRUE(contains(content("sweep/sweep.csv"), row)) << row;
}

TEST_F(CliSweep, ThatWasKilledEndsAsOneThatWasNot) {
  ASSERT_EQ(run(sweep_words("whole")).exit_code, 0);
  ASSERT_EQ(run(sweep_words("cut")).exit_code, 0);
  const std::string lines = content("cut/runs.jsonl");
  const std::size_t second = lines.find('\n', lines.find('\n') + 1) + 1;
  for (const std::size_t kept : {second, second + 20, std::size_t{0}}) {  // also within a line
    write_file(dir_ / "cut/runs.jsonl", lines.substr(0, kept));
    fs::remove(dir_ / "cut/sweep.csv");
    const Outcome outcome = run(sweep_words("cut"));
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_TRUE(contains(outcome.err, kept == 0 ? "6/6" : "4/4"));
    EXPECT_EQ(content("cut/sweep.csv"), content("whole/sweep.csv"));
  }
}

/// As another version may have written it.
TEST_F(CliSweep, IsTheSameWhateverTheOrderOfItsOptions) {
  ASSERT_EQ(run(sweep_words("sweep")).exit_code, 0);
  const std::string sorted = Json::parse(content("sweep/sweep.json")).dump();
  EXPECT_LT(sorted.find("batch_size"), sorted.find("\"data\""));
  write_file(dir_ / "sweep/sweep.json", sorted);
  const Outcome again = run(sweep_words("sweep"));
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_FALSE(contains(again.err, "run 0")) << "all of them have ended";
}

TEST_F(CliSweep, RefusesAnotherSweepsFolderAndWrongAxes) {
  ASSERT_EQ(run(sweep_words("sweep")).exit_code, 0);
  Words other = sweep_words("sweep");
  other.insert(other.end(), {"--momentum", "0.5"});
  expect_refusal(run(other), 2, {"sweep", "another"});
  const auto refused = [&](const Words& axis, const Words& parts) {
    Words words = {"sweep", "--data", "bands", "--out", "new"};
    words.insert(words.end(), axis.begin(), axis.end());
    expect_refusal(run(words), 2, parts);
    EXPECT_FALSE(fs::exists(dir_ / "new"));
  };
  refused({}, {"--grid"});
  refused({"--grid", "lr"}, {"lr", "name=values"});
  refused({"--grid", "speed=1,2"}, {"speed"});
  refused({"--grid", "lr=0.1,fast"}, {"fast"});
  refused({"--grid", "threads=1,2"}, {"threads"});
  refused({"--grid", "seed=9..0"}, {"seed"});
  refused({"--random", "lr=log:0..1", "--trials", "2"}, {"lr"});
  refused({"--random", "lr=0.1..1"}, {"--trials"});
  refused({"--grid", "lr=0.1,0.2", "--weights", "w.safetensors"}, {"--weights"});
}

TEST_F(CliSweep, OfRunsThatAllFailFails) {
  Words words = sweep_words("sweep");
  words[4] = "Flatten Linear(7)";
  const Outcome outcome = run(words);
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_TRUE(contains(outcome.err, "no run has a result; run 0: the data has 3 classes"));
  EXPECT_TRUE(contains(outcome.out, "without a result"));
}

TEST_F(CliSweep, AndARunDoNotShareAFolder) {
  ASSERT_EQ(run(sweep_words("sweep")).exit_code, 0);
  expect_refusal(train("sweep"), 2, {"sweep: holds a sweep"});
  expect_refusal(train("sweep", {"--force"}), 2, {"sweep: holds a sweep"});
  ASSERT_EQ(train("run", {"--epochs", "1"}).exit_code, 0);
  expect_refusal(run(sweep_words("run")), 2, {"run: holds a run"});
  EXPECT_FALSE(fs::exists(dir_ / "run/sweep.json"));
}

TEST_F(CliSweep, ThatIsRefusedLeavesNothing) {
  Words words = sweep_words("new/sweep");
  words[2] = "none";
  expect_refusal(run(words), 5, {"none: not found"});
  EXPECT_FALSE(fs::exists(dir_ / "new"));
}

TEST_F(CliSweep, RandomSearchDrawsTheSameAgainAndWithinItsLimits) {
  const auto words = [](const std::string& out, const std::string& trials) {
    return Words{"sweep",    "--data", "bands",    "--model",        "Flatten Linear(3)",
                 "--epochs", "1",      "--random", "lr=log:0.01..1", "--trials",
                 trials,     "--out",  out,        "--batch-size",   "20"};
  };
  ASSERT_EQ(run(words("a", "4")).exit_code, 0);
  ASSERT_EQ(run(words("b", "8")).exit_code, 0);
  const Json few = Json::parse(content("a/sweep.json")).at("runs");
  const Json more = Json::parse(content("b/sweep.json")).at("runs");
  for (std::size_t i = 0; i < few.size(); ++i) {
    EXPECT_EQ(few[i], more[i]);
    const double lr = std::stod(few[i].at("lr").get<std::string>());
    EXPECT_TRUE(lr >= 0.01 && lr <= 1) << lr;
  }
  EXPECT_NE(few[0], few[1]);
}

}  // namespace
}  // namespace lenet
