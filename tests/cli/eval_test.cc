// lenet eval, summary and bench.
#include <cmath>

#include "base/file.h"
#include "cli/cli_test.h"
#include "lenet/image.h"
#include "lenet/model_file.h"
#include "lenet/safetensors.h"

namespace lenet {
namespace {

class CliEval : public Cli {
 protected:
  /// A model that answers class 1 with logit 2, the others with 0, whatever the image.
  void write_constant_model(const std::string& name, const Words& class_names = {}) const {
    Sequential net = Sequential::parse("Flatten Linear(3)");
    Generator generator;
    net.build({1, 12, 12}, generator);
    constant_weights(net, 0);
    const std::vector<float> biases = {0, 2, 0};
    std::ranges::copy(biases, net.named_parameters()[1].values.begin());
    save_model(dir_ / name, net, class_names);
  }

  /// A model of two classes, two.safetensors, whose weights are all the same.
  void write_model_of_two(float weight) const {
    Sequential net = Sequential::parse("Flatten Linear(2)");
    Generator generator;
    net.build({1, 12, 12}, generator);
    constant_weights(net, weight);
    save_model(dir_ / "two.safetensors", net, {});
  }
};

TEST_F(CliEval, JsonHasLossAccuracyAndThatOfEachClass) {
  write_constant_model("model.safetensors");
  const Outcome outcome = run({"eval", "model.safetensors", "--data", "bands", "--json"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  const Json result = Json::parse(outcome.out);
  EXPECT_EQ(result.size(), 13u);
  EXPECT_EQ(result.at("data"), "bands");
  // Of 100 images 33 are of class 1.
  const double log_sum = std::log(std::exp(2.0) + 2);
  EXPECT_NEAR(result.at("loss"), 0.33 * (log_sum - 2) + 0.67 * log_sum, 1e-6);
  EXPECT_EQ(result.at("accuracy"), 0.33);
  EXPECT_EQ(result.at("examples"), 100);
  EXPECT_GT(result.at("examples_per_sec"), 0);
  EXPECT_EQ(result.at("per_class_accuracy"), Json({0.0, 1.0, 0.0}));
  EXPECT_EQ(result.at("balanced_accuracy"), 1.0 / 3);
  EXPECT_EQ(result.at("macro_f1"), 66.0 / 133 / 3);
  EXPECT_EQ(result.at("confusion"), Json({{0, 1, 34}, {1, 1, 33}, {2, 1, 33}}));
  EXPECT_NEAR(result.at("accuracy_interval").at(0), 0.2456, 1e-4);  // Wilson's, of 33 in 100
  EXPECT_NEAR(result.at("accuracy_interval").at(1), 0.4269, 1e-4);
  EXPECT_EQ(result.at("classes").at(0), Json({{"class", "class 0"},
                                              {"precision", nullptr},
                                              {"recall", 0.0},
                                              {"f1", 0.0},
                                              {"support", 34}}));
  EXPECT_EQ(result.at("macro_average").at("precision"), 0.33 / 3);
  EXPECT_DOUBLE_EQ(result.at("weighted_average").at("precision").get<double>(), 0.33 * 0.33);
}

TEST_F(CliEval, TakesTheFolderOfARun) {
  std::filesystem::create_directory(dir_ / "run");
  write_constant_model("run/model.safetensors");
  const Outcome outcome = run({"eval", "run", "--data", "bands"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_TRUE(contains(outcome.out, "accuracy 0.3300"));
}

TEST_F(CliEval, TakesWeightsAloneWithTheirNetwork) {
  const SafeTensors weights{.tensors = {{"fc.1.weight", {3, 144}, std::vector<float>(3 * 144)},
                                        {"fc.1.bias", {3}, {0, 2, 0}}},
                            .metadata = {}};
  write_safetensors(dir_ / "weights.safetensors", weights.tensors);
  Words words = {"eval", "weights.safetensors", "--data", "bands", "--model", "Flatten Linear(3)"};
  for (const Words& input : {Words(), Words{"--input", "1x12x12"}}) {  // the data's shape, or given
    words.insert(words.end(), input.begin(), input.end());
    const Outcome outcome = run(words);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_TRUE(contains(outcome.out, "accuracy 0.3300"));
  }
  const Outcome alone = run({"eval", "weights.safetensors", "--data", "bands"});
  EXPECT_EQ(alone.exit_code, 3);
  EXPECT_TRUE(contains(alone.err, "weights alone go with --model"));
}

TEST_F(CliEval, RefusesACheckpointByName) {
  ASSERT_EQ(train("out", {"--epochs", "1"}).exit_code, 0);
  const std::string file = "out/checkpoint.safetensors";
  const Words parts = {file + ": a checkpoint", "--resume", "model.safetensors"};
  expect_refusal(run({"eval", file}), 3, parts);
  expect_refusal(run({"eval", file, "--model", "Flatten Linear(3)"}), 3, parts);
  expect_refusal(run({"train", "--weights", file, "--data", "bands"}), 3, parts);
}

TEST_F(CliEval, PrintsTheAccuracyOfEachClassUnderTheModelsNames) {
  write_constant_model("model.safetensors", {"top", "middle", "bottom"});
  const Outcome outcome = run({"eval", "model.safetensors", "--data", "bands"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_TRUE(contains(outcome.out, "accuracy 0.3300 ± 0.0907 on 100 images"));
  EXPECT_TRUE(contains(outcome.out, "\nbalanced accuracy 0.3333, macro F1 0.1654\n"));
  EXPECT_TRUE(contains(outcome.out, "\nmost confused: top for middle 34, bottom for middle 33\n"));
  EXPECT_TRUE(
      contains(outcome.out, "  middle            0.330      1.000      0.496         33\n"));
  EXPECT_TRUE(
      contains(outcome.out, "  bottom                -      0.000      0.000         33\n"));
  EXPECT_TRUE(
      contains(outcome.out, "  macro avg         0.110      0.333      0.165        100\n"));
}

TEST_F(CliEval, PrintsTheConfusion) {
  write_constant_model("model.safetensors", {"top", "middle", "bottom"});
  const Outcome outcome = run({"eval", "model.safetensors", "--data", "bands", "--confusion"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_TRUE(contains(outcome.out, "\n  middle         1     .    33     .\n")) << outcome.out;
}

TEST_F(CliEval, WritesMistakesAndPredictions) {
  write_constant_model("model.safetensors");
  const Words words = {
      "eval", "model.safetensors", "--data",  "bands",       "--wrong", "bad.png", "--wrong-images",
      "9",    "--predictions",     "all.csv", "--threshold", "0.5",     "--json"};
  const Outcome outcome = run(words);
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const Json coverage = Json::parse(outcome.out).at("threshold");
  EXPECT_EQ(coverage.at("coverage"), 1.0);  // all are said to be of class 1 by e^2 to 2
  EXPECT_EQ(coverage.at("accuracy"), 0.33);
  const Image sheet = read_image(dir_ / "bad.png");
  EXPECT_GT(sheet.shape[1], 2 * 108);  // two rows of eight and one
  const std::string csv = read_file(dir_ / "all.csv", 1 << 20);
  EXPECT_EQ(std::ranges::count(csv, '\n'), 101);
  EXPECT_TRUE(contains(csv, "\n0,class 0,class 1,0.78")) << csv.substr(0, 200);
}

TEST_F(CliEval, TellsTwoClassesApartAtEachThreshold) {
  write_model_of_two(0);
  for (const auto& [name, images] : {std::pair("train", 300), {"t10k", 100}}) {
    std::string labels(static_cast<std::size_t>(images), '\0');
    std::fill_n(labels.begin(), 25, '\1');
    write_file(data_ / (std::string(name) + "-labels-idx1-ubyte"), label_file(labels));
  }
  const Outcome outcome =
      run({"eval", "two.safetensors", "--data", "bands", "--curves", "two.svg", "--json"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const Json result = Json::parse(outcome.out);
  EXPECT_EQ(result.at("roc_auc"), 0.5);  // it says the same of all
  EXPECT_EQ(result.at("average_precision"), 0.25);
  EXPECT_EQ(result.at("curves").at("recall"), Json({1.0}));
  EXPECT_EQ(result.at("curves").at("precision"), Json({0.25}));
  EXPECT_EQ(result.at("curves").at("false_positive_rate"), Json({1.0}));
  EXPECT_TRUE(contains(content("two.svg"), ">ROC, area 0.500<"));
  EXPECT_TRUE(contains(content("two.svg"), ">PR, area 0.250<"));
}

TEST_F(CliEval, RefusesWhatItCannotWrite) {
  write_constant_model("model.safetensors");
  const auto refusal = [&](const Words& more) {
    Words words = {"eval", "model.safetensors", "--data", "bands"};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  };
  expect_refusal(refusal({"--wrong", "bad.jpg"}), 2, {"--wrong bad.jpg", "ends in .png"});
  expect_refusal(refusal({"--predictions", "bands/train-labels-idx1-ubyte"}), 2,
                 {"--predictions", "ends in .csv"});
  expect_refusal(refusal({"--predictions", "model.safetensors"}), 2, {"ends in .csv"});
  write_file(data_ / "notes.csv", "");
  expect_refusal(refusal({"--predictions", "bands/notes.csv"}), 2, {"a file of the data"});
  expect_refusal(refusal({"--curves", "a.svg"}), 2, {"--curves", "the model has 3"});
  expect_refusal(refusal({"--wrong-images", "3"}), 2, {"--wrong-images", "--wrong"});
  expect_refusal(refusal({"--threshold", "1"}), 2, {"--threshold"});
}

TEST_F(CliEval, AgreesWithTheTestAccuracyOfTheRun) {
  const Json trained = Json::parse(train("out", {"--max-steps", "2", "--json"}).out);
  const Json result =
      Json::parse(run({"eval", "out/model.safetensors", "--data", "bands", "--json"}).out);
  EXPECT_EQ(result.at("accuracy"), trained.at("test_acc"));
}

TEST_F(CliEval, ClassWithoutTestImagesHasNoAccuracy) {
  write_constant_model("model.safetensors");
  write_file(data_ / "t10k-labels-idx1-ubyte", label_file(std::string(100, '\1')));
  const Json result =
      Json::parse(run({"eval", "model.safetensors", "--data", "bands", "--json"}).out);
  EXPECT_EQ(result.at("accuracy"), 1.0);
  EXPECT_EQ(result.at("per_class_accuracy"), Json({nullptr, 1.0, nullptr}));
}

TEST_F(CliEval, KeepsTheDataOfTheRun) {
  ASSERT_EQ(train("out", {"--max-steps", "2"}).exit_code, 0);
  write_png(data_ / "a.png", {{1, 12, 12}, std::vector<std::uint8_t>(144, 255)});
  const std::string before = content("bands/a.png");
  expect_refusal(run({"eval", "out", "--wrong", "bands/a.png"}), 2, {"a file of the data"});
  expect_refusal(run({"show", "out", "--test", "1", "-o", "bands/a.png"}), 2,
                 {"a file of the data"});
  expect_refusal(run({"show", "out", "bands/a.png", "-o", "bands/a.png"}), 2,
                 {"the file that is read"});
  EXPECT_EQ(content("bands/a.png"), before);
}

TEST_F(CliEval, OutputsThatAreNoNumbersHaveNoAreas) {
  write_model_of_two(3e38f);
  write_file(data_ / "train-labels-idx1-ubyte", label_file(std::string(300, '\1')));
  write_file(data_ / "t10k-labels-idx1-ubyte", label_file(std::string(100, '\1')));
  const Outcome outcome = run({"eval", "two.safetensors", "--data", "bands"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_FALSE(contains(outcome.out, "AUC"));
  expect_refusal(run({"eval", "two.safetensors", "--data", "bands", "--curves", "a.svg"}), 2,
                 {"not finite"});
}

/// Every command that uses a saved model takes it in each of its forms.
class CliSavedModel : public Cli, public testing::WithParamInterface<const char*> {
 protected:
  CliSavedModel() {
    EXPECT_EQ(train("out", {"--max-steps", "2"}).exit_code, 0);
    EXPECT_EQ(run({"export", "out", "-o", "bands.onnx"}).exit_code, 0);
    write_png(dir_ / "a.png", {{1, 12, 12}, std::vector<std::uint8_t>(144, 255)});
  }

  /// The standard output of the words, which name the model.
  std::string output(const Words& words) const {
    const Outcome outcome = run(words);
    EXPECT_EQ(outcome.exit_code, 0) << words[0] << ": " << outcome.err;
    return outcome.out;
  }

  const std::string model_ = GetParam();
};

TEST_P(CliSavedModel, IsTakenByEveryCommand) {
  EXPECT_TRUE(contains(output({"eval", model_, "--data", "bands"}), "accuracy"));
  EXPECT_TRUE(contains(output({"predict", model_, "a.png"}), "class 0"));
  EXPECT_TRUE(contains(output({"summary", model_}), "1x12x12"));
  EXPECT_TRUE(contains(output({"bench", model_, "--rounds", "1"}), "one image"));
  EXPECT_TRUE(
      contains(output({"export", model_, "-o", "a.c", "--int8", "--data", "bands"}), "int8"));
  output(train_words("weights", {"--weights", model_, "--max-steps", "1"}));
  output({"train", "--data", "bands", "--out", "layers", "--model", model_, "--max-steps", "1"});
}

INSTANTIATE_TEST_SUITE_P(Of, CliSavedModel,
                         testing::Values("out", "out/", "out/model.safetensors", "bands.onnx"),
                         [](const auto& test) {
                           return std::string("Form") + std::to_string(test.index);
                         });

TEST_F(CliEval, FolderWithoutAModelIsRefused) {
  std::filesystem::create_directory(dir_ / "empty");
  for (const Words& words :
       {Words{"eval", "empty", "--data", "bands"}, Words{"summary", "empty"},
        Words{"predict", "empty", "a.png"}, Words{"bench", "--model", "empty"},
        Words{"export", "empty", "-o", "a.c"}, train_words("new", {"--weights", "empty"})}) {
    expect_refusal(run(words), 5, {"empty/model.safetensors: not found", "folder of a run"});
  }
}

class CliSummary : public Cli {};

TEST_F(CliSummary, OfLeNetIsTheChaptersTable) {
  const Outcome outcome = run({"summary"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.err, "");
  for (const char* part : {"6x28x28", "16x5x5", "48,120", "61,706", "416,520", "1,131,960"}) {
    EXPECT_TRUE(contains(outcome.out, part));
  }
}

TEST_F(CliSummary, D2lPrintsTheBooksLines) {
  const std::string tab = "Conv2d output shape: \t torch.Size([1, 6, 28, 28])\n";
  const Outcome outcome = run({"summary", "--d2l"});
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_TRUE(outcome.out.starts_with(tab)) << outcome.out;
  EXPECT_TRUE(outcome.out.ends_with("Linear output shape: \t torch.Size([1, 10])\n"));
  EXPECT_EQ(std::ranges::count(outcome.out, '\n'), 12);
}

TEST_F(CliSummary, OfATextCountsItsParameters) {
  const Outcome outcome = run({"summary", "Flatten Linear(7)", "--input", "2x3x5"});
  EXPECT_TRUE(contains(outcome.out, "217"));  // 7 * (30 + 1)
  EXPECT_TRUE(contains(outcome.out, "2x3x5"));
}

TEST_F(CliSummary, OfASavedModelHasItsInput) {
  ASSERT_EQ(train("out", {"--max-steps", "1"}).exit_code, 0);
  const Outcome outcome = run({"summary", "out/model.safetensors"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_TRUE(contains(outcome.out, "1x12x12"));
  for (const Words& words : {Words{"summary", "out/model.safetensors"},
                             Words{"bench", "--model", "out/model.safetensors"}}) {
    Words more = words;
    more.insert(more.end(), {"--input", "1x28x28"});
    expect_refusal(run(more), 2, {"--input 1x28x28", "1x12x12", "leave --input out"});
  }
}

class CliBench : public Cli {};

TEST_F(CliBench, TakesTheModelByItsPlaceOrByName) {
  for (const Words& model : {Words{"Flatten Linear(3)"}, Words{"--model", "Flatten Linear(3)"}}) {
    Words words = {"bench", "--rounds", "1", "--threads", "1", "--json"};
    words.insert(words.end(), model.begin(), model.end());
    EXPECT_EQ(Json::parse(run(words).out).at("model"), "Flatten Linear(3)");
  }
  expect_refusal(run({"bench", "lenet", "--model", "lenet5"}), 2, {"MODEL", "--model"});
}

TEST_F(CliBench, JsonHasSpeedsAndTheirShareOfThePeak) {
  const Outcome outcome = run({"bench", "--rounds", "1", "--threads", "1", "--json"});
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  const Json result = Json::parse(outcome.out);
  const double peak = result.at("fma_peak_gflops");
  EXPECT_GT(peak, 0);
  // 2 operations a multiply-add; a training example costs 1,131,960 of those, its forward 416,520.
  for (const auto& [name, work] :
       {std::pair("train", 1'131'960), std::pair("inference", 416'520)}) {
    const Json& speed = result.at(name);
    const double gflops = speed.at("gflops");
    EXPECT_NEAR(gflops, speed.at("examples_per_sec").get<double>() * work * 2e-9, 1e-6 * gflops);
    EXPECT_NEAR(speed.at("share_of_peak"), gflops / peak, 1e-6);
  }
  const Json& single = result.at("single_image");
  EXPECT_GT(single.at("p50_us"), 0);
  EXPECT_GE(single.at("p99_us"), single.at("p50_us"));
}

TEST_F(CliBench, PrintsThePeakAndBothSpeeds) {
  const Outcome outcome = run({"bench", "--rounds", "1", "--threads", "1"});
  EXPECT_EQ(outcome.exit_code, 0);
  for (const char* part :
       {"FMA peak", "training", "inference", "% of the peak", "examples/sec", "one image"}) {
    EXPECT_TRUE(contains(outcome.out, part));
  }
}

}  // namespace
}  // namespace lenet
