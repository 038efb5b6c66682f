// What lenet train leaves in the folder of a run, and which folders it takes.
#include <fstream>
#include <regex>

#include "cli/cli_test.h"
#include "lenet/safetensors.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;

class CliRunFolder : public Cli {};

TEST_F(CliRunFolder, HoldsModelMetricsCurvesAndRun) {
  EXPECT_EQ(train("a/b/out").exit_code, 0);
  EXPECT_EQ(entries("a/b/out"),
            (Words{"checkpoint.previous.safetensors", "checkpoint.safetensors", "curves.svg",
                   "metrics.jsonl", "model.safetensors", "run.json"}));
}

TEST_F(CliRunFolder, ModelHoldsPyTorchsNamesAndWhatIsNeededToUseIt) {
  ASSERT_EQ(train("out").exit_code, 0);
  const SafeTensors file = read_safetensors(dir_ / "out/model.safetensors");
  ASSERT_EQ(file.tensors.size(), 2u);
  EXPECT_EQ(file.tensors[0].name, "1.weight");
  EXPECT_EQ(file.tensors[0].shape, (Shape{3, 144}));
  EXPECT_EQ(file.tensors[1].name, "1.bias");
  EXPECT_EQ(file.tensors[1].shape, Shape{3});
  EXPECT_EQ(file.metadata.at("model"), "Flatten Linear(3)");
  EXPECT_EQ(file.metadata.at("input_shape"), "1x12x12");
  EXPECT_EQ(file.metadata.at("pixel_scale"), "1/255");
}

TEST_F(CliRunFolder, MetricsAreALineAPointOfTheChaptersPlot) {
  ASSERT_EQ(train("out", {"--epochs", "2"}).exit_code, 0);
  std::ifstream metrics(dir_ / "out/metrics.jsonl");
  std::vector<double> train_at, test_at;
  for (std::string line; std::getline(metrics, line);) {
    const Json point = Json::parse(line);
    (point.contains("test_acc") ? test_at : train_at).push_back(point.at("epoch"));
    EXPECT_EQ(point.contains("test_acc"), !point.contains("train_loss"));
    EXPECT_EQ(point.contains("train_loss"), point.contains("train_acc"));
  }
  // 15 steps an epoch: a point after each third step.
  const std::vector<double> fifths = {0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.4, 1.6, 1.8, 2.0};
  ASSERT_EQ(train_at.size(), fifths.size());
  for (std::size_t i = 0; i < fifths.size(); ++i) EXPECT_NEAR(train_at[i], fifths[i], 1e-12);
  EXPECT_EQ(test_at, (std::vector<double>{1, 2}));
}

TEST_F(CliRunFolder, CurvesShowTheThreeOfTheChapter) {
  ASSERT_EQ(train("out").exit_code, 0);
  const std::string svg = content("out/curves.svg");
  for (const char* part : {"<svg", "train loss", "train acc", "test acc", "</svg>"}) {
    EXPECT_TRUE(contains(svg, part));
  }
}

TEST_F(CliRunFolder, WhatRunJsonHoldsRepeatsTheRunBitForBit) {
  ASSERT_EQ(train("first", {"--epochs", "2", "--seed", "3", "--max-steps", "20"}).exit_code, 0);
  const Json run_json = Json::parse(content("first/run.json"));
  const auto text = [&](const char* key) { return run_json.at(key).dump(); };
  Words words = {"train",
                 "--out",
                 "second",
                 "--data",
                 run_json.at("data"),
                 "--model",
                 run_json.at("model"),
                 "--epochs",
                 text("epochs"),
                 "--batch-size",
                 text("batch_size"),
                 "--lr",
                 text("lr"),
                 "--seed",
                 text("seed"),
                 "--max-steps",
                 text("max_steps")};
  ASSERT_TRUE(run_json.at("shuffle"));
  ASSERT_EQ(run_json.at("weights"), "");
  ASSERT_EQ(run(words).exit_code, 0);
  EXPECT_EQ(content("first/model.safetensors"), content("second/model.safetensors"));
}

TEST_F(CliRunFolder, MetricsHaveTheSameBytesOnAnyNumberOfThreads) {
  const Bands many = make_bands(5000);
  write_file(data_ / "train-images-idx3-ubyte", many.images);
  write_file(data_ / "train-labels-idx1-ubyte", many.labels);
  for (const std::string batch : {"2500", "5000"}) {
    for (const std::string threads : {"1", "2", "3", "8", "17"}) {
      const Outcome outcome =
          run({"train", "--data", "bands", "--model", "Flatten Linear(3)", "--batch-size", batch,
               "--epochs", "2", "--threads", threads, "--force", "--out", threads});
      ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
      EXPECT_EQ(content(threads + "/metrics.jsonl"), content("1/metrics.jsonl")) << threads;
    }
  }
}

TEST_F(CliRunFolder, WithoutOutTheRunIsUnderRunsAndLatestPointsToIt) {
  const Words words = {"train", "--data",   "bands", "--batch-size",
                       "100",   "--epochs", "1",     "--json"};
  const Json first = Json::parse(run(words).out), second = Json::parse(run(words).out);
  const std::regex name("runs/\\d{8}T\\d{6}Z-lenet(-\\d+)?");
  for (const Json& result : {first, second}) {
    const std::string out = result.at("out");
    EXPECT_TRUE(std::regex_match(out, name)) << out;
    EXPECT_TRUE(fs::exists(dir_ / out / "model.safetensors"));
  }
  EXPECT_NE(first.at("out"), second.at("out"));
  EXPECT_TRUE(fs::is_symlink(dir_ / "runs/latest"));
  EXPECT_TRUE(fs::equivalent(dir_ / "runs/latest", dir_ / second.at("out").get<std::string>()));
  EXPECT_EQ(entries("runs").size(), 3u);
}

TEST_F(CliRunFolder, NamedLatestIsSaidToBeInTheWayOfTheLink) {
  fs::create_directories(dir_ / "runs/latest");
  write_file(dir_ / "runs/latest/mine", "x");
  const Outcome outcome = run({"train", "--data", "bands", "--epochs", "1"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "runs/latest: cannot be made a link to this run: "));
  EXPECT_EQ(entries("runs").size(), 2u);
  EXPECT_EQ(content("runs/latest/mine"), "x");
}

TEST_F(CliRunFolder, WithARunIsRefusedAndUntouchedWithoutForce) {
  ASSERT_EQ(train("out").exit_code, 0);
  const std::string model = content("out/model.safetensors"), run_json = content("out/run.json");
  expect_refusal(train("out", {"--seed", "1"}), 2, {"out", "holds a run already", "--force"});
  EXPECT_EQ(content("out/model.safetensors"), model);
  EXPECT_EQ(content("out/run.json"), run_json);
  EXPECT_EQ(train("out", {"--seed", "1", "--force"}).exit_code, 0);
  EXPECT_NE(content("out/model.safetensors"), model);
}

TEST_F(CliRunFolder, WithOtherThingsIsTakenAndThoseAreKept) {
  fs::create_directory(dir_ / "out");
  write_file(dir_ / "out/notes.txt", "mine");
  EXPECT_EQ(train("out").exit_code, 0);
  EXPECT_EQ(content("out/notes.txt"), "mine");
}

}  // namespace
}  // namespace lenet
