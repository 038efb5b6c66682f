// lenet train beyond the chapter, lenet recipe and lenet sweep.
#include <fmt/format.h>

#include <fstream>
#include <sstream>

#include "cli/cli_test.h"
#include "lenet/model_file.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;

class CliBeyond : public Cli {
 protected:
  static Words all_options() {
    return {"train",
            "--data",
            "bands",
            "--model",
            "Flatten Linear(3)",
            "--batch-size",
            "20",
            "--optimizer",
            "adamw",
            "--lr",
            "0.01",
            "--weight-decay",
            "0.01",
            "--betas",
            "0.8,0.99",
            "--schedule",
            "cosine",
            "--warmup",
            "0.5",
            "--epochs",
            "2",
            "--augment",
            "flip,shift=1",
            "--normalize",
            "--holdout",
            "0.2",
            "--keep-best",
            "--ema",
            "0.9",
            "--clip-norm",
            "2",
            "--label-smoothing",
            "0.1"};
  }
};

TEST_F(CliBeyond, RunJsonIsAConfigurationThatRepeatsTheRun) {
  Words words = all_options();
  words.insert(words.end(), {"--out", "first"});
  ASSERT_EQ(run(words).exit_code, 0);
  const Outcome again = run({"train", "--config", "first/run.json", "--out", "again"});
  ASSERT_EQ(again.exit_code, 0) << again.err;
  for (const char* file : {"model.safetensors", "model_ema.safetensors", "metrics.jsonl"}) {
    EXPECT_EQ(content(fs::path("first") / file), content(fs::path("again") / file)) << file;
  }
}

TEST_F(CliBeyond, TheAccuracyThatDecidesIsWhereverTheOthersAre) {
  const Outcome outcome = train("out", {"--holdout", "0.2", "--epochs", "2", "--keep-best"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const Json result = Json::parse(content("out/run.json")).at("result");
  const std::int64_t best = result.value("best_epoch", 2);
  EXPECT_EQ(result.at("holdout_acc"), result.at("epochs")[best - 1].at("holdout_acc"));
  std::istringstream lines(content("out/metrics.jsonl"));
  Json last;
  for (std::string line; std::getline(lines, line);) {
    const Json point = Json::parse(line);
    EXPECT_EQ(point.contains("holdout_acc"), point.contains("test_acc")) << line;
    last = point;
  }
  EXPECT_EQ(last.at("holdout_acc"), result.at("epochs")[1].at("holdout_acc"));
  const std::string figure =
      fmt::format("holdout acc {:.3f}", last.at("holdout_acc").get<double>());
  EXPECT_TRUE(contains(outcome.err, "epoch 2/2  loss"));
  EXPECT_TRUE(contains(outcome.err, "  " + figure + "  "));
  EXPECT_TRUE(contains(outcome.out, ", holdout acc "));
  EXPECT_TRUE(contains(content("out/curves.svg"), ">holdout acc</text>"));
}

TEST_F(CliBeyond, ARunThatSetsNoImagesAsideDoesNotSpeakOfThem) {
  const Outcome outcome = train("out", {"--epochs", "1"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  for (const std::string& text :
       {outcome.out, outcome.err, content("out/metrics.jsonl"), content("out/curves.svg")}) {
    EXPECT_EQ(text.find("holdout"), std::string::npos) << text;
  }
}

TEST_F(CliBeyond, AnEarlyStopSaysWhyAndWhichEpochWasKept) {
  const auto patient = [&](const std::string& out, const Words& more) {  // nothing changes
    Words words = {"train",        "--data",   "bands", "--model",    "Flatten Linear(3)",
                   "--batch-size", "20",       "--lr",  "1e-30",      "--holdout",
                   "0.2",          "--epochs", "50",    "--patience", "2",
                   "--out",        out};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  };
  const std::string why =
      "stopped early: 2 epochs without one that is better on the images set aside than epoch 1 "
      "(holdout acc ";
  const Outcome last = patient("last", {});
  ASSERT_EQ(last.exit_code, 0) << last.err;
  EXPECT_TRUE(contains(last.err, "lenet: " + why));
  EXPECT_TRUE(contains(last.err, "the weights kept are those of epoch 3, the last one"));
  const Outcome best = patient("best", {"--keep-best"});
  EXPECT_TRUE(contains(best.err, "the weights kept are those of epoch 1\n"));
  const Json result = Json::parse(content("best/run.json")).at("result");
  EXPECT_TRUE(result.at("early_stop").get<std::string>().starts_with(why));
  EXPECT_EQ(result.at("best_epoch"), 1);
  const Outcome again = run({"train", "--resume", "best"});
  EXPECT_TRUE(contains(again.err, "the run in best was finished: " + why));
  EXPECT_TRUE(contains(again.err, "to train it on: --patience 4 --allow-change patience"));
}

TEST_F(CliBeyond, KeepBestSaysWhichEpochWasKept) {
  const Words flat = {"--lr", "1e-30", "--epochs", "3", "--holdout", "0.2"};  // nothing changes
  Words words = {"train", "--data", "bands", "--model", "Flatten Linear(3)", "--batch-size", "20"};
  words.insert(words.end(), flat.begin(), flat.end());
  Words last = words, best = words;
  last.insert(last.end(), {"--out", "last"});
  best.insert(best.end(), {"--out", "best", "--keep-best"});
  const std::string kept =
      "the weights kept are those of epoch 1, the best on the images set aside (holdout acc 0.";
  const Outcome outcome = run(best);
  EXPECT_TRUE(contains(outcome.err, "lenet: " + kept));
  EXPECT_EQ(run(last).err.find("weights kept"), std::string::npos);
  EXPECT_TRUE(contains(run({"train", "--resume", "best"}).err,
                       "was finished: all 3 epochs are trained; " + kept));
}

TEST_F(CliBeyond, TheCommandLineWinsOverTheConfigurationAndThatOverTheRecipe) {
  write_file(dir_ / "c.json", R"j({"epochs": 3, "lr": 0.25, "model": "Flatten Linear(3)"})j");
  const Outcome outcome = run({"train", "--recipe", "fast", "--config", "c.json", "--lr", "0.125",
                               "--data", "bands", "--out", "out", "--batch-size", "20"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const Json options = Json::parse(content("out/run.json"));
  EXPECT_EQ(options.at("lr"), 0.125);
  EXPECT_EQ(options.at("epochs"), 3);
  EXPECT_EQ(options.at("momentum"), 0.9);
}

TEST_F(CliBeyond, AFlagOfARecipeCanBeTakenBack) {
  const Outcome outcome = train("out", {"--recipe", "fast", "--no-nesterov", "--epochs", "1"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(Json::parse(content("out/run.json")).at("nesterov"), false);
  for (const char* value : {"99999999999999999999", "-9223372036854775808", "1"}) {
    expect_refusal(train("no", {std::string("--no-nesterov=") + value}), 2, {"no-nesterov"});
  }
}

TEST_F(CliBeyond, RecipePrintsAConfiguration) {
  for (const std::string name : {"chapter", "fast", "good", "lenet-relu", "best", "resnet8"}) {
    const Outcome outcome = run({"recipe", name});
    EXPECT_EQ(outcome.exit_code, 0);
    std::ofstream(dir_ / "recipe.json") << outcome.out;
    const auto run_of = [&](const std::string& how, const std::string& what) {
      const Outcome trained = run({"train", how, what, "--data", "bands", "--model",
                                   "Flatten Linear(3)", "--epochs", "1", "--out", name + how});
      EXPECT_EQ(trained.exit_code, 0) << trained.err;
      Json run = Json::parse(content(name + how + "/run.json"));
      for (const char* key : {"started", "result"}) run.erase(key);
      return run;
    };
    EXPECT_EQ(run_of("--recipe", name), run_of("--config", "recipe.json"));
    const Json recipe = Json::parse(outcome.out);
    EXPECT_EQ(recipe.at("network"), make_preset(recipe.at("model").get<std::string>(), 10)->text());
  }
  EXPECT_EQ(run({"recipe", "slow"}).exit_code, 2);
}

TEST_F(CliBeyond, StandardisedModelsEvaluateAsTheyWereTrained) {
  const Json result = Json::parse(train("out", {"--normalize", "--json", "--epochs", "2"}).out);
  const Json eval =
      Json::parse(run({"eval", "out/model.safetensors", "--data", "bands", "--json"}).out);
  EXPECT_EQ(eval.at("accuracy"), result.at("test_acc"));
  EXPECT_EQ(load_model(dir_ / "out/model.safetensors").net.normalization().mean.size(), 1u);
}

TEST_F(CliBeyond, RefusesWrongOptionsAndSaysWhich) {
  const auto refused = [&](const Words& words, const Words& parts) {
    expect_refusal(train("out", words), 2, parts);
    EXPECT_FALSE(fs::exists(dir_ / "out"));
  };
  refused({"--optimizer", "adagrad"}, {"adagrad", "adamw"});
  refused({"--momentum", "-0.5"}, {"momentum", "-0.5"});
  refused({"--nesterov"}, {"Nesterov", "momentum"});
  refused({"--augment", "mirror"}, {"mirror", "flip"});
  refused({"--augment", "shift=12"}, {"shift"});
  refused({"--holdout", "0.999"}, {"batch size: 20", "not set aside"});
  refused({"--keep-best"}, {"set aside"});
  refused({"--schedule", "cosine", "--warmup", "11"}, {"warm-up", "11"});
  refused({"--schedule", "poly"}, {"poly", "onecycle"});
  refused({"--betas", "0.9"}, {"betas"});
  refused({"--ema", "nan"}, {"nan"});
}

TEST_F(CliBeyond, RefusesConfigurationsThatAreNone) {
  write_file(dir_ / "text.json", "epochs: 3");
  write_file(dir_ / "unknown.json", R"({"epoch": 3})");
  write_file(dir_ / "wrong.json", R"({"epochs": "many"})");
  const std::string nested = std::string(1 << 20, '[') + std::string(1 << 20, ']');
  write_file(dir_ / "nested.json", "{\"lr\": " + nested + '}');
  expect_refusal(train("out", {"--config", "nested.json"}), 3, {"nested.json", "JSON object"});
  expect_refusal(train("out", {"--config", "none.json"}), 5, {"none.json"});
  expect_refusal(train("out", {"--config", "text.json"}), 3, {"text.json", "JSON object"});
  expect_refusal(train("out", {"--config", "unknown.json"}), 2, {"unknown.json", "--epoch"});
  expect_refusal(train("out", {"--config", "wrong.json"}), 2, {"wrong.json", "many"});
  write_file(dir_ / "cut.json", R"({"epochs": 3,)");
  expect_refusal(train("out", {"--config", "cut.json"}), 3, {"cut.json", "line 1, column 14"});
  write_file(dir_ / "twice.json", R"({"epochs": 3, "lr": 1, "epochs": 4})");
  expect_refusal(train("out", {"--config", "twice.json"}), 3, {"twice.json: the key \"epochs\""});
  write_file(dir_ / "flag.json", R"({"no_shuffle": 99999999999999999999})");
  expect_refusal(train("out", {"--config", "flag.json"}), 2, {"flag.json", "no-shuffle"});
}

}  // namespace
}  // namespace lenet
