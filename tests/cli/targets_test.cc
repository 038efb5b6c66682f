// Runs on numbers, labels and images as targets, from training to C.
#include <fmt/format.h>

#include "cli/cli_test.h"
#include "formats/npy_files.h"

namespace lenet {
namespace {

class CliTargets : public Cli {
 protected:
  /// Images of 2x2 grey pixels with what their halves have on average, from 0 to 1.
  CliTargets() {
    std::string csv = "left,right,a,b,c,d\n", labels = "bright,dark,a,b,c,d\n";
    for (int i = 0; i < 200; ++i) {
      const int a = i * 37 % 256, b = i * 101 % 256, c = i * 53 % 256, d = i * 11 % 256;
      const std::string pixels = fmt::format("{},{},{},{}\n", a, b, c, d);
      csv += fmt::format("{},{},", (a + c) / 510.0, (b + d) / 510.0) + pixels;
      labels += fmt::format("{},{},", int{a + b + c + d > 400}, int{d < 128}) + pixels;
    }
    write_file(dir_ / "halves.csv", csv);
    write_file(dir_ / "labels.csv", labels);
  }

  Outcome train_on(const std::string& file, const std::string& targets, const std::string& out,
                   const Words& more = {}) const {
    Words words = {"train",        "--data",   file,
                   "--targets",    targets,    "--test-split",
                   "0.25",         "--model",  "Flatten Linear(2)",
                   "--out",        out,        "--lr",
                   "0.5",          "--epochs", "30",
                   "--batch-size", "15"};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  }
};

TEST_F(CliTargets, OfNumbersAreLearnedJudgedAndPredicted) {
  const Outcome trained = train_on("halves.csv", "left,right", "out");
  ASSERT_EQ(trained.exit_code, 0) << trained.err;
  EXPECT_TRUE(contains(trained.err, "targets: 2 numbers an image, loss mse; --loss names another"));
  const Json record = Json::parse(content("out/run.json"));
  EXPECT_EQ(record.at("loss"), "mse");
  EXPECT_EQ(record.at("targets"), "left,right");
  EXPECT_LT(record.at("result").at("test_mae").get<double>(), 0.01);
  const Outcome eval = run({"eval", "out", "--json"});
  ASSERT_EQ(eval.exit_code, 0) << eval.err;
  const Json scores = Json::parse(eval.out);
  EXPECT_EQ(scores.at("mae"), Json::array({scores.at("mae")[0], scores.at("mae")[1]}));
  EXPECT_GT(scores.at("mean_r2").get<double>(), 0.99);
  EXPECT_EQ(scores.at("class_names"), Json::array({"left", "right"}));
  EXPECT_TRUE(contains(run({"eval", "out"}).out, "MAE       RMSE         R2"));
  write_file(dir_ / "image.pgm", std::string("P5 2 2 255\n") + "\xff" + std::string(1, '\0') +
                                     "\xff" + std::string(1, '\0'));
  const Outcome predicted = run({"predict", "out", "image.pgm", "--json"});
  ASSERT_EQ(predicted.exit_code, 0) << predicted.err;
  const Json answer = Json::parse(predicted.out)[0];
  EXPECT_NEAR(answer.at("outputs")[0].get<double>(), 1, 0.05);
  EXPECT_NEAR(answer.at("outputs")[1].get<double>(), 0, 0.05);
  EXPECT_EQ(answer.at("names"), Json::array({"left", "right"}));
  EXPECT_TRUE(contains(run({"predict", "out", "image.pgm"}).out, "  left                 "));
}

TEST_F(CliTargets, OfLabelsAreLearnedJudgedAndPredicted) {
  const Outcome trained = train_on("labels.csv", "bright,dark", "out");
  ASSERT_EQ(trained.exit_code, 0) << trained.err;
  EXPECT_TRUE(contains(trained.err, "targets: 2 labels an image, loss bce; --loss names another"));
  EXPECT_GT(Json::parse(content("out/run.json")).at("result").at("test_label_acc"), 0.8);
  const Json scores = Json::parse(run({"eval", "out", "--json"}).out);
  EXPECT_GT(scores.at("label_accuracy"), 0.8);
  EXPECT_GT(scores.at("mean_roc_auc"), 0.9);
  EXPECT_LE(scores.at("exact_match"), scores.at("label_accuracy"));
  EXPECT_TRUE(contains(run({"eval", "out"}).out, "exact match 0."));
  write_file(dir_ / "image.pgm", "P5 2 2 255\n\xff\xff\xff\xff");
  const Json answer = Json::parse(run({"predict", "out", "image.pgm", "--json"}).out)[0];
  EXPECT_EQ(answer.at("labels"), Json::array({"bright"}));
  EXPECT_EQ(answer.at("top")[0].at("label"), "bright");
  EXPECT_FALSE(answer.contains("class"));
}

TEST_F(CliTargets, AreThoseOfTheRunWhenItGoesOnOrIsRepeated) {
  ASSERT_EQ(train_on("halves.csv", "left,right", "out").exit_code, 0);
  const Outcome again = run({"reproduce", "out"});
  EXPECT_EQ(again.exit_code, 0) << again.err << again.out;
  const Outcome longer =
      run({"train", "--resume", "out", "--allow-change", "epochs", "--epochs", "31"});
  EXPECT_EQ(longer.exit_code, 0) << longer.err;
  EXPECT_FALSE(contains(longer.err, "targets:"));
  const Outcome tuned = run({"train", "--weights", "out", "--out", "tuned", "--epochs", "1"});
  EXPECT_EQ(tuned.exit_code, 0) << tuned.err;
  EXPECT_EQ(Json::parse(content("tuned/run.json")).at("targets"), "left,right");
}

TEST_F(CliTargets, OfOtherNamesAreRefused) {
  ASSERT_EQ(train_on("halves.csv", "left,right", "out").exit_code, 0);
  const Words other = {"--data", "halves.csv", "--targets", "right,left"};
  Words eval = {"eval", "out"}, tuned = {"train", "--weights", "out", "--test-split", "0.25"};
  eval.insert(eval.end(), other.begin(), other.end());
  tuned.insert(tuned.end(), other.begin(), other.end());
  expect_refusal(run(eval), 2, {"the targets are right,left", "want --targets left,right"});
  expect_refusal(run(tuned), 2, {"its outputs are left,right", "--new-head"});
  tuned.insert(tuned.end(), {"--new-head", "--epochs", "1", "--batch-size", "15", "--out", "new"});
  EXPECT_EQ(run(tuned).exit_code, 0);
}

TEST_F(CliTargets, SortTheTableOfASweepByTheirMetric) {
  const Words words = {
      "sweep", "--data",  "halves.csv",        "--targets",    "left,right", "--test-split",
      "0.25",  "--model", "Flatten Linear(2)", "--batch-size", "15",         "--epochs",
      "2",     "--grid",  "lr=0.01,0.3",       "--out",        "sweep"};
  const Outcome sweep = run(words);
  ASSERT_EQ(sweep.exit_code, 0) << sweep.err;
  EXPECT_TRUE(contains(sweep.out, "test_mae"));
  EXPECT_LT(sweep.out.find("lr=0.3"), sweep.out.find("lr=0.01"));  // the smaller error first
  Words accuracy = words;
  accuracy.insert(accuracy.end(), {"--metric", "test_acc"});
  expect_refusal(run(accuracy), 2, {"--metric test_acc: these runs have test_mae"});
}

TEST_F(CliTargets, MayBeTheImages) {
  const Outcome trained =
      run({"train", "--data", "bands", "--targets", "input", "--loss", "l1", "--model",
           "Flatten Linear(5) Linear(144)", "--out", "out", "--epochs", "3", "--batch-size", "20"});
  ASSERT_EQ(trained.exit_code, 0) << trained.err;
  EXPECT_EQ(run({"eval", "out"}).exit_code, 0);
  expect_refusal(run({"train", "--data", "bands", "--loss", "l1", "--out", "other"}), 2,
                 {"--loss cross-entropy", "--targets input"});
}

TEST_F(CliTargets, GoWithImagesOfFloats) {
  std::vector<float> x, y;
  for (int i = 0; i < 120; ++i) {
    x.insert(x.end(), {static_cast<float>(i % 7) - 3, static_cast<float>(i % 5) - 2});
    y.push_back(x[x.size() - 2] / 2 - x.back() / 4);
  }
  std::filesystem::create_directory(dir_ / "arrays");
  write_file(dir_ / "arrays/x.npy", npy_file("120, 2", x));
  write_file(dir_ / "arrays/y.npy", npy_file("120,", y));
  const Words words = {
      "train", "--data", "arrays", "--test-split", "0.2",          "--model", "Flatten Linear(1)",
      "--out", "out",    "--lr",   "0.05",         "--batch-size", "12"};
  expect_refusal(run(words), 3, {"x", "--floats"});
  Words floats = words;
  floats.push_back("--floats");
  ASSERT_EQ(run(floats).exit_code, 0);
  EXPECT_GT(Json::parse(run({"eval", "out", "--json"}).out).at("mean_r2"), 0.99);
  write_file(dir_ / "one.npy", npy_file("1, 2", {2, -4}));
  const Json answer = Json::parse(run({"predict", "out", "one.npy", "--json"}).out)[0];
  EXPECT_NEAR(answer.at("outputs")[0].get<double>(), 2, 0.05);
  write_file(dir_ / "image.pgm", "P5 1 2 255\nab");
  expect_refusal(run({"predict", "out", "image.pgm"}), 2, {"images of 1x1x2 floats", ".npy"});
  for (const bool int8 : {false, true}) {
    Words words_of_export = {"export", "out", "-o", "net.c"};
    if (int8) words_of_export.push_back("--int8");
    const Outcome exported = run(words_of_export);
    EXPECT_EQ(exported.exit_code, 0) << exported.err;
    EXPECT_TRUE(contains(exported.out, int8 ? " int8: 0.0" : ""));
    EXPECT_TRUE(
        contains(content("net.h"), "void net_predict(const float *numbers, float *outputs)"));
  }
}

TEST_F(CliTargets, AreJudgedInIntegersToo) {
  ASSERT_EQ(train_on("halves.csv", "left,right", "out").exit_code, 0);
  const Outcome exported = run({"export", "out", "--int8", "-o", "net.c"});
  ASSERT_EQ(exported.exit_code, 0) << exported.err;
  EXPECT_TRUE(contains(exported.out, "mae 0.0"));
  EXPECT_TRUE(contains(exported.out, " int8: 0.0"));
}

TEST_F(CliTargets, ThatFitNoLossAreRefused) {
  expect_refusal(train_on("halves.csv", "left,width", "out"), 2, {"columns are called width"});
  expect_refusal(train_on("halves.csv", "left,,right", "out"), 2, {"--targets", "left,,right"});
  expect_refusal(train_on("halves.csv", "left,right", "out", {"--loss", "huber"}), 2,
                 {"--loss", "huber", "cross-entropy, bce, mse, l1"});
  expect_refusal(train_on("halves.csv", "left,right", "out", {"--loss", "cross-entropy"}), 2,
                 {"sum", "want probabilities that sum to 1"});
  expect_refusal(run({"train", "--data", "bands", "--floats"}), 2, {"--floats is for NPZ"});
  EXPECT_EQ(entries("").size(), 3u);  // nothing was written
}

}  // namespace
}  // namespace lenet
