// Training that starts from the weights of a file: its network, normalisation and class names.
#include "cli/weights_test.h"

#include "lenet/checkpoint.h"
#include "lenet/head.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;

TEST_F(CliWeights, BringNetworkNormalisationAndClasses) {
  train_first();
  ASSERT_EQ(run({"export", "first", "-o", "first.onnx"}).exit_code, 0);
  for (const char* file : {"first", "first/model.safetensors", "first.onnx"}) {
    const Outcome outcome =
        run({"train", "--data", "named", "--test-split", "0.25", "--weights", file, "--lr", "1e-9",
             "--epochs", "1", "--batch-size", "5", "--out", "second", "--force", "--json"});
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(model("second").net.text(), "Conv2d(3, 3) Tanh Flatten Linear(3)");
    EXPECT_EQ(model("second").net.normalization(), model("first").net.normalization());
    EXPECT_EQ(model("second").class_names, (Words{"high", "low", "middle"}));
    // The rate changes nothing, so both networks must judge alike.
    EXPECT_EQ(Json::parse(outcome.out).at("test_acc"),
              run_json("first").at("result").at("test_acc"));
    EXPECT_EQ(Json::parse(outcome.out).at("test_acc"), 1.0);
  }
}

TEST_F(CliWeights, NormaliseByTheNewDataWhereAskedTo) {
  train_first();
  ASSERT_EQ(train_on("bands", "plain", {"--model", "Flatten Linear(3)", "--normalize"}).exit_code,
            2);
  draw("dark", {"high", "low", "middle"});
  fs::remove_all(dir_ / "dark/middle");
  for (int i = 0; i < 20; ++i) {
    fs::create_directories(dir_ / "dark/middle");
    write_png(dir_ / "dark/middle" / (std::to_string(i) + ".png"),
              {{1, 6, 6}, std::vector<std::uint8_t>(36, 3)});
  }
  ASSERT_EQ(train_on("dark", "kept", {"--weights", "first"}).exit_code, 0);
  EXPECT_EQ(model("kept").net.normalization(), model("first").net.normalization());
  ASSERT_EQ(train_on("dark", "anew", {"--weights", "first", "--normalize"}).exit_code, 0);
  EXPECT_NE(model("anew").net.normalization(), model("first").net.normalization());
  EXPECT_FALSE(run_json("anew").contains("normalization"));
}

TEST_F(CliWeights, KeepTheirNormalisationSoThatItCannotBeRefused) {
  train_first();
  expect_refusal(train_on("named", "out", {"--weights", "first", "--no-normalize"}), 2,
                 {"--no-normalize", "first", "standardised", "--normalize"});
  EXPECT_FALSE(fs::exists(dir_ / "out"));
  ASSERT_EQ(train_on("named", "plain", {"--model", "Flatten Linear(3)"}).exit_code, 0);
  EXPECT_EQ(train_on("named", "out", {"--weights", "plain", "--no-normalize"}).exit_code, 0);
}

TEST_F(CliWeights, OfARunThatGoesOnKeepTheMeaningOfTheirLabels) {
  ASSERT_EQ(train_on("named", "out", {"--model", "Flatten Linear(3)"}).exit_code, 0);
  draw("renamed", {"high", "middle", "zlow"});  // low was the second
  draw("more", {"high", "low", "middle", "none"});
  const auto resumed_on = [&](const std::string& data) {
    return run({"train", "--resume", "out", "--epochs", "5", "--data", data, "--allow-change",
                "epochs,data"});
  };
  const auto refused = [&] {
    const auto before = files("out");
    expect_refusal(resumed_on("renamed"), 3,
                   {"the run has 3 classes (high, low, middle)", "3 classes (high, middle, zlow)"});
    expect_refusal(resumed_on("more"), 3, {"(high, low, middle)", "(high, low, middle, none)"});
    EXPECT_EQ(files("out"), before);
  };
  refused();
  const fs::path file = dir_ / "out/checkpoint.safetensors";
  Checkpoint old = load_checkpoint(file);  // as lenet 0.2.0 wrote it
  Json record = Json::parse(old.run);
  EXPECT_EQ(record.at("class_names"), (Json{"high", "low", "middle"}));
  record.erase("class_names");
  old.run = record.dump();
  save_checkpoint(file, old);
  refused();
  draw("same", {"high", "low", "middle"});
  write_png(dir_ / "same/high/more.png", {{1, 6, 6}, std::vector<std::uint8_t>(36, 200)});
  const Outcome outcome = resumed_on("same");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
}

TEST_F(CliWeights, AreTheSameAfterAStopAndInARepeat) {
  train_first();
  ASSERT_EQ(train_on("named", "whole", {"--weights", "first", "--freeze", "1"}).exit_code, 0);
  ASSERT_EQ(run({"reproduce", "whole"}).exit_code, 0);
  Words part = {"train", "--data",    "named", "--test-split", "0.25", "--epochs",
                "1",     "--out",     "part",  "--batch-size", "5",    "--lr",
                "0.2",   "--weights", "first", "--freeze",     "1"};
  ASSERT_EQ(run(part).exit_code, 0);
  fs::remove_all(dir_ / "first");  // a checkpoint needs it no more
  const Outcome outcome =
      run({"train", "--resume", "part", "--epochs", "3", "--allow-change", "epochs"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(content("part/model.safetensors"), content("whole/model.safetensors"));
  EXPECT_EQ(run_json("part").at("normalization"), run_json("whole").at("normalization"));
}

TEST_F(CliWeights, OfClassesInAnotherOrderAreBroughtIntoTheDatas) {
  train_first();
  Model other = model("first");
  reorder_outputs(other.net, std::vector<Label>{2, 0, 1});
  save_model(dir_ / "other.safetensors", other.net, {"middle", "high", "low"});
  ASSERT_EQ(train_on("named", "want", {"--weights", "first"}).exit_code, 0);
  ASSERT_EQ(train_on("named", "got", {"--weights", "other.safetensors"}).exit_code, 0);
  EXPECT_EQ(content("got/model.safetensors"), content("want/model.safetensors"));
}

TEST_F(CliWeights, OfNamedClassesNameThoseOfDataWithout) {
  ASSERT_EQ(train("first", {"--epochs", "1"}).exit_code, 0);
  Model named = model("first");
  save_model(dir_ / "named.safetensors", named.net, {"a", "b", "c"});
  ASSERT_EQ(run({"train", "--data", "bands", "--weights", "named.safetensors", "--epochs", "1",
                 "--out", "out"})
                .exit_code,
            0);
  EXPECT_EQ(model("out").class_names, (Words{"a", "b", "c"}));
  EXPECT_TRUE(contains(run({"train", "--data", "bands", "--weights", "named.safetensors",
                            "--epochs", "1", "--out", "again"})
                           .out,
                       "on bands: 300 training images, classes by number\n"));
  ASSERT_EQ(
      run({"train", "--resume", "out", "--epochs", "2", "--allow-change", "epochs"}).exit_code, 0);
  EXPECT_EQ(model("out").class_names, (Words{"a", "b", "c"}));
}

TEST_F(CliWeights, TakeSizeAndSplitOfTheirRunForACopyOfItsData) {
  train_first({"--size", "4x4"});
  fs::copy(dir_ / "named", dir_ / "copy", fs::copy_options::recursive);
  const Outcome outcome = run({"train", "--weights", "first", "--data", "copy", "--epochs", "1",
                               "--batch-size", "5", "--out", "out"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_TRUE(outcome.out.starts_with("starting from first on copy: 45 training images\n"));
  EXPECT_EQ(run_json("out").at("test_split"), 0.25);
  EXPECT_EQ(run_json("out").at("size"), "4x4");
  EXPECT_EQ(run_json("out").at("data_sha256"), run_json("first").at("data_sha256"));
  draw("more", {"high", "low", "middle", "none"});  // other data says itself how it is split
  expect_refusal(run({"train", "--weights", "first", "--data", "more"}), 2, {"--test-split"});
}

TEST_F(CliWeights, OfImagesOfAnotherSizeNameBothShapesAndTheRemedy) {
  train_first();
  fs::create_directories(dir_ / "large");
  for (const char* name : {"high", "low", "middle"}) {
    fs::create_directories(dir_ / "large" / name);
    for (int i = 0; i < 4; ++i) {
      write_png(dir_ / "large" / name / (std::to_string(i) + ".png"),
                {{1, 9, 9}, std::vector<std::uint8_t>(81, static_cast<std::uint8_t>(i))});
    }
  }
  fs::copy(dir_ / "first/model.safetensors", dir_ / "copy.safetensors");
  Words words = {"train",        "--weights", "copy.safetensors", "--data", "large",
                 "--test-split", "0.25",      "--batch-size",     "3",      "--out",
                 "out"};
  expect_refusal(run(words), 2,
                 {"large: images of 1x9x9, the model takes 1x6x6", "--size 6x6", "3.weight"});
  words.push_back("--new-head");
  expect_refusal(run(words), 2, {"large: images of 1x9x9, the model takes 1x6x6", "--size 6x6"});
  words.insert(words.end(), {"--size", "6x6", "--epochs", "1"});
  EXPECT_EQ(run(words).exit_code, 0);
}

TEST_F(CliWeights, AreKnownByTheRunThatBeganWithThem) {
  train_first();
  const Json digest = run_json("first").at("result").at("sha256");
  ASSERT_EQ(train_on("named", "second", {"--weights", "first"}).exit_code, 0);
  EXPECT_EQ(run_json("second").at("weights_sha256"), digest);
  EXPECT_FALSE(run_json("first").contains("weights_sha256"));
  const Outcome same = run({"reproduce", "second"});
  EXPECT_EQ(same.exit_code, 0) << same.err;
  train_first({"--seed", "1", "--force"});
  expect_refusal(run({"reproduce", "second", "--out", "again"}), 3,
                 {"first/model.safetensors: the run started from other weights"});
  EXPECT_FALSE(fs::exists(dir_ / "again"));
  fs::remove_all(dir_ / "first");  // the checkpoint has all that a run needs to go on
  const Words more = {"train", "--resume", "second", "--epochs", "4", "--allow-change", "epochs"};
  const Outcome resumed = run(more);
  EXPECT_EQ(resumed.exit_code, 0) << resumed.err;
  EXPECT_EQ(run_json("second").at("weights_sha256"), digest);
}

TEST_F(CliWeights, OfARunTrainOnItsDataWhereNothingIsSaid) {
  train_first();
  const Outcome outcome =
      run({"train", "--weights", "first", "--epochs", "1", "--batch-size", "5", "--out", "out"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_TRUE(outcome.out.starts_with("starting from first on named: 45 training images\n"))
      << outcome.out;
  EXPECT_EQ(run_json("out").at("data"), (dir_ / "named").string());
  EXPECT_EQ(run_json("out").at("data_sha256"), run_json("first").at("data_sha256"));
  fs::copy(dir_ / "first/model.safetensors", dir_ / "copy.safetensors");
  expect_refusal(run({"train", "--weights", "copy.safetensors"}), 2,
                 {"copy.safetensors", "high, low, middle", "--data"});
}

}  // namespace
}  // namespace lenet
