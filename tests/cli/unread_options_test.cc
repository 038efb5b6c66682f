// Options that were given and that another one leaves without effect.
#include "cli/cli_test.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;

class CliUnreadOptions : public Cli {
 protected:
  Outcome sweep(const Words& more) const {
    Words words = {"sweep",    "--data", "bands",        "--model", "Flatten Linear(3)",
                   "--epochs", "1",      "--batch-size", "100",     "--out",
                   "sweep"};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  }
};

TEST_F(CliUnreadOptions, AreRefusedBeforeAnythingIsWritten) {
  const auto refused = [&](const Words& words, const std::string& message) {
    expect_refusal(train("out", words), 2, {message});
    EXPECT_FALSE(fs::exists(dir_ / "out"));
  };
  refused({"--optimizer", "adam", "--momentum", "0.9"},
          "--momentum: no effect with --optimizer adam; want --optimizer sgd, rmsprop or muon, or "
          "leave --momentum out");
  refused({"--optimizer", "adamw", "--nesterov"}, "--nesterov: no effect with --optimizer adamw");
  refused({"--optimizer", "adam", "--dampening", "0.1"}, "want --optimizer sgd");
  refused({"--dampening", "0.1"}, "--dampening: no effect with --momentum 0.0");
  refused({"--betas", "0.8,0.9"},
          "with --optimizer sgd; want --optimizer adam, adamw, lion or muon");
  refused({"--eps", "1e-6"}, "--eps: no effect");
  refused({"--alpha", "0.9"}, "--alpha: no effect with --optimizer sgd; want --optimizer rmsprop");
  refused({"--optimizer", "rmsprop", "--nesterov"}, "--nesterov: no effect with --optimizer rms");
  refused({"--sample", "balanced", "--no-shuffle"}, "--shuffle: no effect with --sample balanced");
  refused({"--gamma", "0.5"}, "with --schedule constant; want --schedule step");
  refused({"--schedule", "cosine", "--step-epochs", "2"}, "--step-epochs: no effect");
  refused({"--schedule", "step", "--min-lr", "0.1"}, "want --schedule cosine");
  for (const char* name : {"--pct-start", "--div-factor", "--final-div-factor"}) {
    refused({name, "0.5"}, std::string(name) + ": no effect with --schedule constant");
  }
  refused({"--schedule", "step", "--anneal", "linear"}, "want --schedule onecycle");
}

TEST_F(CliUnreadOptions, AreNoneWhereTheyHaveAnEffect) {
  for (const Words& words :
       {Words{"--momentum", "0.9", "--dampening", "0.1"}, Words{"--momentum", "0.9", "--nesterov"},
        Words{"--optimizer", "adamw", "--betas", "0.8,0.9", "--eps", "1e-6"},
        Words{"--optimizer", "rmsprop", "--momentum", "0.5", "--alpha", "0.9", "--eps", "1e-6"},
        Words{"--schedule", "step", "--gamma", "0.5", "--step-epochs", "2"},
        Words{"--schedule", "cosine", "--min-lr", "0.01", "--warmup", "1"},
        Words{"--schedule", "onecycle", "--pct-start", "0.2", "--div-factor", "10",
              "--final-div-factor", "10", "--anneal", "linear"}}) {
    Words all = words;
    all.push_back("--force");
    const Outcome outcome = train("out", all);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  }
}

TEST_F(CliUnreadOptions, OfARecipeOrARunAreNotGiven) {
  const Words adam = {"--recipe", "fast", "--optimizer", "adam", "--epochs", "1"};
  const Outcome outcome = train("out", adam);
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(Json::parse(content("out/run.json")).at("momentum"), 0.9);
  EXPECT_EQ(run({"train", "--config", "out/run.json", "--out", "again"}).exit_code, 0);
}

TEST_F(CliUnreadOptions, OfAConfigurationAreGiven) {
  write_file(dir_ / "adam.json", R"({"optimizer": "adam", "momentum": 0.9})");
  write_file(dir_ / "cosine.json", R"({"pct-start": 0.5, "schedule": "cosine"})");
  expect_refusal(train("out", {"--config", "adam.json"}), 2, {"--momentum: no effect"});
  expect_refusal(train("out", {"--config", "cosine.json"}), 2, {"--pct-start: no effect"});
  EXPECT_EQ(train("out", {"--config", "adam.json", "--optimizer", "sgd"}).exit_code, 0);
}

TEST_F(CliUnreadOptions, OfAConfigurationGiveWayToTheCommandLine) {
  write_file(dir_ / "sgd.json", R"({"momentum": 0.9})");
  const Words adam = {"--config", "sgd.json", "--optimizer", "adam"};
  EXPECT_EQ(train("out", adam).exit_code, 0);
  Words both = adam;
  both.insert(both.end(), {"--momentum", "0.9"});
  expect_refusal(train("other", both), 2, {"--momentum: no effect with --optimizer adam"});
}

TEST_F(CliUnreadOptions, OfARunThatGoesOnAreRefused) {
  ASSERT_EQ(train("out", {"--optimizer", "adam"}).exit_code, 0);
  expect_refusal(
      run({"train", "--resume", "out", "--momentum", "0.9", "--allow-change", "momentum"}), 2,
      {"--momentum: no effect with --optimizer adam"});
}

TEST_F(CliUnreadOptions, OfASweepAreThoseThatNoRunReads) {
  const Outcome outcome =
      sweep({"--grid", "optimizer=sgd,adam", "--momentum", "0.9", "--betas", "0.8,0.9"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  expect_refusal(sweep({"--grid", "optimizer=adam,adamw", "--momentum", "0.9"}), 2,
                 {"--momentum: no effect with --optimizer adamw"});
  expect_refusal(sweep({"--optimizer", "adam", "--grid", "momentum=0.8,0.9"}), 2,
                 {"--momentum: no effect with --optimizer adam"});
  expect_refusal(sweep({"--random", "gamma=0.1..0.9", "--trials", "2"}), 2,
                 {"--gamma: no effect with --schedule constant"});
}

TEST_F(CliUnreadOptions, MetricOfASweepHasToBeMeasured) {
  expect_refusal(sweep({"--grid", "lr=0.1,0.2", "--metric", "holdout_acc"}), 2,
                 {"no images are set aside", "--holdout"});
  expect_refusal(sweep({"--grid", "lr=0.1,0.2", "--metric", "averaged_acc"}), 2,
                 {"no averages are kept", "--ema"});
  expect_refusal(sweep({"--grid", "seed=1,1"}), 2, {"axis 'seed': 1 twice"});
  EXPECT_FALSE(std::filesystem::exists(dir_ / "sweep"));
}

}  // namespace
}  // namespace lenet
