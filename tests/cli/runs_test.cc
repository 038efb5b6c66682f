// lenet runs, plot and watch.
#include "cli/cli_test.h"

namespace lenet {
namespace {

class CliRuns : public Cli {
 protected:
  CliRuns() {
    trained("a", {"--epochs", "2", "--lr", "0.5", "--name", "slow", "--note", "as before"});
    trained("b", {"--epochs", "1", "--lr", "0.1"});
    trained("c", {"--epochs", "1", "--lr", "0.1", "--seed", "1"});
  }

  static inline const Words kCommon = {"--data",       "bands", "--model", "Flatten Linear(3)",
                                       "--batch-size", "20"};

  void trained(const std::string& name, const Words& more) const {
    Words words = {"train", "--out", "runs/" + name};
    words.insert(words.end(), kCommon.begin(), kCommon.end());
    words.insert(words.end(), more.begin(), more.end());
    const Outcome outcome = run(words);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  }

  std::string output(const Words& words) const {
    const Outcome outcome = run(words);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return outcome.out;
  }

  Words folders(const Words& more) const {
    Words words = {"runs", "--json"};
    words.insert(words.end(), more.begin(), more.end());
    Words found;
    for (const Json& run : Json::parse(output(words))) found.push_back(run.at("folder"));
    return found;
  }
};

TEST_F(CliRuns, ListsThemAsATable) {
  const std::string table = output({"runs"});
  EXPECT_TRUE(table.starts_with("folder  name  started (UTC)     network            data"))
      << table;
  EXPECT_TRUE(contains(table, "\na       slow  20")) << table;
  EXPECT_TRUE(contains(table, "finished  as before\n")) << table;
  EXPECT_EQ(std::ranges::count(table, '\n'), 4);
  EXPECT_TRUE(contains(output({"runs", "bands"}), "no runs in bands"));
}

TEST_F(CliRuns, SortsAndFilters) {
  EXPECT_EQ(folders({"--sort", "lr"}), (Words{"runs/b", "runs/c", "runs/a"}));
  EXPECT_EQ(folders({"--sort", "lr", "--reverse"})[0], "runs/a");
  EXPECT_EQ(folders({"--filter", "lr=0.1", "--filter", "seed=1"}), (Words{"runs/c"}));
  EXPECT_EQ(folders({"--filter", "name=s*w"}), (Words{"runs/a"}));
  EXPECT_EQ(folders({"--filter", "batch-size=20", "--filter", "state=finished"}).size(), 3u);
  EXPECT_EQ(folders({"--filter", "epochs_done=1", "runs"}).size(), 2u) << "a number";
  EXPECT_EQ(folders({"--filter", "lr=1e-1"}).size(), 2u);
  EXPECT_EQ(folders({"runs/a/run.json"}), (Words{"runs/a"}));
  expect_refusal(run({"runs", "--filter", "nothing=1"}), 2, {"--filter nothing", "neither"});
  expect_refusal(run({"runs", "--sort", "nothing"}), 2, {"--sort nothing", "neither"});
  const Json best = Json::parse(output({"runs", "--sort", "best", "--json"}));
  EXPECT_GE(best[0].at("best"), best[2].at("best"));
  EXPECT_EQ(best[0].at("metric"), "test_acc");
  expect_refusal(run({"runs", "--filter", "lr"}), 2, {"--filter lr", "KEY=VALUE"});
  expect_refusal(run({"runs", "nowhere"}), 5, {"nowhere"});
}

TEST_F(CliRuns, ShowsADamagedOneAmongOthers) {
  write_file(dir_ / "runs/b/run.json", "{");
  const std::string table = output({"runs"});
  EXPECT_TRUE(contains(table, "damaged")) << table;
  EXPECT_EQ(std::ranges::count(table, '\n'), 4);
}

TEST_F(CliRuns, NameAndNoteStayWithARunThatGoesOn) {
  EXPECT_EQ(
      run({"train", "--resume", "runs/a", "--epochs", "3", "--allow-change", "epochs"}).exit_code,
      0);
  Json record = Json::parse(content("runs/a/run.json"));
  EXPECT_EQ(record.at("name"), "slow");
  EXPECT_EQ(record.at("note"), "as before");
  EXPECT_EQ(run({"train", "--resume", "runs/a", "--epochs", "4", "--allow-change", "epochs",
                 "--name", "longer"})
                .exit_code,
            0);
  record = Json::parse(content("runs/a/run.json"));
  EXPECT_EQ(record.at("name"), "longer");
  EXPECT_EQ(record.at("note"), "as before");
  EXPECT_EQ(run({"train", "--config", "runs/a/run.json", "--out", "again"}).exit_code, 0);
  EXPECT_FALSE(Json::parse(content("again/run.json")).contains("name"));
  EXPECT_EQ(run({"reproduce", "runs/a"}).exit_code, 0);
  expect_refusal(train("d", {"--name", "a\x1b[31m"}), 2, {"--name", "one line of UTF-8"});
}

TEST_F(CliRuns, PlotsThemOverEachOther) {
  const std::string shown = output({"plot", "runs/a", "runs/b", "runs/c"});
  EXPECT_TRUE(contains(shown, "test acc"));
  EXPECT_TRUE(contains(shown, "slow"));
  EXPECT_TRUE(contains(shown, "(2 runs)"));
  EXPECT_EQ(output({"plot", "runs", "--figure", "train_loss", "-o", "all.svg"}), "");
  EXPECT_TRUE(contains(content("all.svg"), "train loss"));
  expect_refusal(run({"plot", "bands"}), 2, {"bands", "no run"});
  expect_refusal(run({"plot", "runs", "--figure", "test_mae"}), 2,
                 {"no run has points of test_mae"});
  expect_refusal(run({"plot", "runs", "-o", "runs/a/metrics.jsonl"}), 2, {"ends in .svg"});
  write_file(dir_ / "runs/b/metrics.jsonl", "x\n");
  expect_refusal(run({"plot", "runs/b"}), 3, {"runs/b", "no point of a run"});
  const Outcome rest = run({"plot", "runs"});
  EXPECT_EQ(rest.exit_code, 0);
  EXPECT_TRUE(contains(rest.err, "runs/b is left out: "));
  EXPECT_TRUE(contains(rest.out, "slow"));
}

TEST_F(CliRuns, PlotsASweep) {
  Words words = {"sweep",  "--out",      "sweep",  "--epochs", "2",
                 "--grid", "lr=0.1,0.2", "--grid", "seed=0,1"};
  words.insert(words.end(), kCommon.begin(), kCommon.end());
  ASSERT_EQ(run(words).exit_code, 0);
  EXPECT_TRUE(contains(output({"plot", "sweep"}), "lr=0.1 (2 runs)"));
  const std::string svg = content("sweep/sweep.svg");
  EXPECT_TRUE(contains(svg, ">lr=0.2 (2 runs)<"));
  EXPECT_TRUE(contains(svg, "<polygon class=\"band1\""));
  write_file(dir_ / "sweep/runs.jsonl", "{\"run\":0,\"options\":{\"lr\":1}}\n");
  expect_refusal(run({"plot", "sweep"}), 3, {"no result of this sweep"});
}

TEST_F(CliRuns, ShowsNoCodesOfAFile) {
  Json record = Json::parse(content("runs/a/run.json"));
  record["name"] = "a\x1b]0;title\x07\nb\xc2\x9b";
  write_file(dir_ / "runs/a/run.json", record.dump());
  for (const Words& words :
       {Words{"runs"}, Words{"plot", "runs"}, Words{"watch", "runs/a", "runs/b"}}) {
    const std::string text = output(words);
    EXPECT_TRUE(contains(text, "a?]0;title??b?")) << text;
    EXPECT_EQ(text.find('\x1b'), text.npos);
    EXPECT_EQ(text.find("\xc2\x9b"), text.npos);
  }
}

TEST_F(CliRuns, WatchesUntilTheirEnd) {
  const std::string one = output({"watch", "runs/a"});
  EXPECT_TRUE(one.starts_with("epoch 1/2  loss ")) << one;
  EXPECT_TRUE(contains(one, "\nruns/a: finished\n"));
  const std::string two = output({"watch", "runs/a", "runs/b/run.json"});
  EXPECT_TRUE(contains(two, "slow  epoch 2/2")) << two;
  EXPECT_TRUE(contains(two, "\nb  epoch 1/1"));
  write_file(dir_ / "runs/b/run.json", "{");
  expect_refusal(run({"watch", "runs/b"}), 3, {"runs/b", "no JSON"});
}

}  // namespace
}  // namespace lenet
