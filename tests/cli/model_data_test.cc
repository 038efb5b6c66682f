// The data that a saved model is judged and calibrated on.
#include "cli/model_data_test.h"

namespace lenet {
namespace {

TEST_F(CliModelData, IsThatOfTheRun) {
  const Json trained = Json::parse(train("out", {"--max-steps", "5", "--json"}).out);
  for (const char* model : {"out", "out/model.safetensors"}) {
    const Outcome outcome = run({"eval", model});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_TRUE(outcome.out.starts_with("evaluated on bands: 100 test images\n")) << outcome.out;
    EXPECT_EQ(Json::parse(run({"eval", model, "--json"}).out).at("accuracy"),
              trained.at("test_acc"));
  }
  const Outcome integers = run({"export", "out", "-o", "a.c", "--int8", "--calibrate", "70"});
  EXPECT_EQ(integers.exit_code, 0) << integers.err;
  EXPECT_TRUE(integers.out.starts_with(
      "calibrated on bands: 70 images; evaluated on 100 test images\naccuracy " +
      trained.at("test_acc").dump()))
      << integers.out;
}

TEST_F(CliModelData, IsFoundFromAnyFolder) {
  ASSERT_EQ(train("out", {"--max-steps", "1"}).exit_code, 0);
  std::filesystem::create_directory(dir_ / "below");
  const Outcome outcome = run_program({"eval", "../out"}, {.folder = dir_ / "below"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_TRUE(outcome.out.starts_with("evaluated on " + data_.string() + ": 100 test images\n"))
      << outcome.out;
}

TEST_F(CliModelData, HasTheSizeAndTheSplitOfTheRun) {
  for (int i = 0; i < 20; ++i) {
    draw("photos/dark", std::to_string(i), static_cast<std::uint8_t>(i), i % 2 ? 4 : 6);
    draw("photos/light", std::to_string(i), static_cast<std::uint8_t>(255 - i), i % 2 ? 4 : 6);
  }
  const Words words = {"train",        "--data",  "photos",
                       "--size",       "2x2",     "--out",
                       "out",          "--model", "Flatten Linear(2)",
                       "--batch-size", "4",       "--test-split",
                       "0.25",         "--json"};
  const Json trained = Json::parse(run(words).out);
  const auto eval = [&](const Words& more) {
    Words all = {"eval", "out"};
    all.insert(all.end(), more.begin(), more.end());
    const Outcome outcome = run(all);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return outcome.out;
  };
  EXPECT_TRUE(eval({}).starts_with("evaluated on photos: 10 test images\n"));
  EXPECT_EQ(Json::parse(eval({"--json"})).at("accuracy"), trained.at("test_acc"));
  // The same data by its name has the same split: the images that it was trained on are left out.
  EXPECT_TRUE(eval({"--data", "./photos/"}).starts_with("evaluated on photos: 10 test images\n"));
  EXPECT_TRUE(eval({"--test-split", "0.5"}).starts_with("evaluated on photos: 20 test images\n"));
  std::filesystem::copy(dir_ / "photos", dir_ / "moved", std::filesystem::copy_options::recursive);
  EXPECT_TRUE(eval({"--data", "moved"}).starts_with("evaluated on moved: 10 test images\nloss"));
  // Other images take the size alone.
  draw("more/dark", "a", 0, 10);
  EXPECT_TRUE(
      eval({"--data", "more"})
          .starts_with("evaluated on more: 1 images of 1 of the model's 2 classes, as there "
                       "is no test set\n"));
}

TEST_F(CliModelData, ThatIsNoLongerThereIsNamedWithItsRecord) {
  ASSERT_EQ(train("out", {"--max-steps", "1"}).exit_code, 0);
  std::filesystem::rename(data_, dir_ / "moved");
  expect_refusal(run({"eval", "out"}), 5,
                 {data_.string() + ": not found", "out/run.json", "--data"});
  EXPECT_EQ(run({"eval", "out", "--data", "moved"}).exit_code, 0);
}

TEST_F(CliModelData, OfARecordIsNamedWithoutWhatATerminalActsOn) {
  ASSERT_EQ(train("out", {"--max-steps", "1"}).exit_code, 0);
  Json record = Json::parse(content("out/run.json"));
  record["data"] = "/nowhere\x1b[2J\r\xc3\xa9";
  write_file(dir_ / "out/run.json", record.dump());
  for (const Words& words : {Words{"eval", "out"}, Words{"export", "out", "-o", "a.c", "--int8"},
                             Words{"train", "--weights", "out", "--out", "more"}}) {
    expect_refusal(run(words), 5, {"/nowhere?[2J?\xc3\xa9: not found"});
  }
}

TEST_F(CliModelData, IsNotGuessed) {
  write_model("named.safetensors", {1, 12, 12}, 3, {"top", "middle", "bottom"});
  write_model("nameless.safetensors", {1, 28, 28}, 10);
  ASSERT_EQ(run({"export", "nameless.safetensors", "-o", "nameless.onnx"}).exit_code, 0);
  const Words before = entries();
  for (const auto& [model, classes] :
       {std::pair("named.safetensors", "top, middle, bottom"),
        std::pair("nameless.safetensors", "10 classes without names"),
        std::pair("nameless.onnx", "10 classes without names")}) {
    expect_refusal(run({"eval", model}), 2, {model, classes, "--data"});
    expect_refusal(run({"export", model, "-o", "a.c", "--int8"}), 2, {model, classes, "--data"});
  }
  expect_refusal(run({"eval", "named.safetensors", "--model", "Flatten Linear(3)"}), 2,
                 {"top, middle, bottom", "--data"});
  EXPECT_EQ(entries(), before);
}

TEST_F(CliModelData, OfWeightsAloneIsNotGuessed) {
  const std::filesystem::path golden =
      std::filesystem::path(LENET_GOLDEN_DIR) / "lenet_seed0_init.safetensors";
  std::filesystem::copy(golden, dir_ / "weights.safetensors");
  expect_refusal(run({"eval", "weights.safetensors", "--model", "lenet"}), 2,
                 {"weights alone", "--data fashion-mnist"});
  const Words training = {"train",       "--weights", "weights.safetensors", "--out", "out",
                          "--max-steps", "1"};
  expect_refusal(run(training), 2, {"weights.safetensors: weights alone", "--data fashion-mnist"});
  EXPECT_FALSE(std::filesystem::exists(dir_ / "out"));
  Words named = training;
  named.insert(named.end(), {"--data", "fashion-mnist"});
  const Outcome outcome = run(named);
  EXPECT_TRUE(
      outcome.out.starts_with("starting from weights.safetensors on Fashion-MNIST: 60000 "
                              "training images, classes by number\n"))
      << outcome.out << outcome.err;
}

TEST_F(CliModelData, OfADamagedRecordIsRefusedUnlessItIsGiven) {
  ASSERT_EQ(train("out", {"--max-steps", "1"}).exit_code, 0);
  const std::string record = content("out/run.json");
  const auto with = [&](const char* key, const Json& value) {
    Json changed = Json::parse(record);
    changed[key] = value;
    return changed.dump();
  };
  for (const auto& [text, found] : std::vector<std::pair<std::string, std::string>>{
           {"", "found no JSON, parse error at line 1, column 1"},
           {record.substr(0, record.find("\"epochs\"")), "unexpected end of input"},
           {"[1]", "found array, want a JSON object"},
           {"{}", "model: found nothing, want text"},
           {with("data", 7), "data: found 7, want text"},
           {with("data", ""), "data: found \"\", want text"},
           {with("model", {1}), "model: found [1], want text"},
           {with("input_shape", nullptr), "input_shape: found null, want text"},
           {with("size", 3), "size: found 3, want text"},
           {with("size", "axb"), "size: found 'axb', want HEIGHTxWIDTH"},
           {with("size", "0x28"), "size: found '0x28', want HEIGHTxWIDTH"},
           {with("test_split", "a"), "test_split: found \"a\", want a number"},
           {with("test_split", 1), "test_split: found 1, want a number"},
           {with("test_split", -0.5), "test_split: found -0.5, want a number"},
           {with("split", 1), "split: found 1, want text"},
           {with("transpose", "yes"), "transpose: found \"yes\", want true or false"},
           {with("skip_broken", 1), "skip_broken: found 1, want true or false"},
           {with("data_sha256", 7), "data_sha256: found 7, want text"}}) {
    write_file(dir_ / "out/run.json", text);
    for (const Words& words : {Words{"eval", "out"}, Words{"export", "out", "-o", "a.c", "--int8"},
                               Words{"train", "--weights", "out", "--out", "more"}}) {
      expect_refusal(run(words), 3, {"out/run.json", found, "--data"});
    }
    EXPECT_EQ(run({"eval", "out", "--data", "bands"}).exit_code, 0);
  }
}

TEST_F(CliModelData, OfARecordOfAnotherModelIsNotTaken) {
  ASSERT_EQ(train("out", {"--max-steps", "1"}).exit_code, 0);
  write_model("out/model.safetensors", {1, 28, 28}, 3);
  expect_refusal(run({"eval", "out"}), 2, {"3 classes without names", "--data"});
}

/// A model of the same network that was moved beside the record of another run.
TEST_F(CliModelData, OfARecordOfOtherDataIsNotTaken) {
  ASSERT_EQ(train("out", {"--max-steps", "1"}).exit_code, 0);
  std::filesystem::rename(data_, dir_ / "first");
  std::filesystem::copy(dir_ / "first", data_);
  write_file(data_ / "t10k-labels-idx1-ubyte", label_file(std::string(100, '\1')));
  ASSERT_EQ(train("other", {"--max-steps", "1"}).exit_code, 0);
  std::filesystem::copy(dir_ / "out/model.safetensors", dir_ / "other/moved.safetensors");
  for (const Words& words : {Words{"eval", "other/moved.safetensors"},
                             Words{"export", "other/moved.safetensors", "-o", "a.c", "--int8"}}) {
    expect_refusal(run(words), 2, {"3 classes without names", "--data"});
  }
  EXPECT_EQ(run({"eval", "other"}).exit_code, 0);
  EXPECT_EQ(run({"eval", "other/moved.safetensors", "--data", "first"}).exit_code, 0);
}

TEST_F(CliModelData, IsFashionMnistForAModelOfItsClasses) {
  write_model("clothes.safetensors", {1, 28, 28}, 10, fashion_names());
  const Outcome outcome = run({"eval", "clothes.safetensors"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_TRUE(outcome.out.starts_with("evaluated on Fashion-MNIST: 10000 test images\n"))
      << outcome.out;
  EXPECT_TRUE(contains(outcome.out, "accuracy 0.1000"));
  EXPECT_TRUE(
      contains(outcome.out, "  t-shirt           0.100      1.000      0.182       1000\n"));
  // Of other data under $LENET_DATA nothing was said either.
  expect_refusal(run_program({"eval", "clothes.safetensors"},
                             {.folder = dir_, .variables = {{"LENET_DATA", "bands"}}}),
                 2, {"$LENET_DATA", "--data"});
  Words names = fashion_names();
  std::ranges::sort(names);
  write_model("sorted.safetensors", {1, 28, 28}, 10, names);
  expect_refusal(run({"eval", "sorted.safetensors"}), 2, {"ankle boot, bag", "--data"});
  write_model("small.safetensors", {1, 14, 14}, 10, fashion_names());
  expect_refusal(run({"eval", "small.safetensors"}), 2, {"t-shirt, trouser", "--data"});
}

TEST_F(CliModelData, OtherThanThatOfTheTrainingIsTold) {
  ASSERT_EQ(train("out", {"--max-steps", "1"}).exit_code, 0);
  constexpr const char* kLine = "\nthese are not the data of its training";
  const auto same = [&](const Words& words) {
    const std::string text = run(words).out;
    Words json = words;
    json.push_back("--json");
    const bool is_same = Json::parse(run(json).out).at("same_data");
    EXPECT_EQ(text.find(kLine) == std::string::npos, is_same) << text;
    return is_same;
  };
  EXPECT_TRUE(same({"eval", "out"}));
  std::filesystem::copy(data_, dir_ / "other");
  EXPECT_TRUE(same({"eval", "out", "--data", "other"}));  // wherever it is
  const std::string integers = run({"export", "out", "-o", "a.c", "--int8"}).out;
  EXPECT_EQ(integers.find(kLine), std::string::npos);
  write_file(data_ / "t10k-labels-idx1-ubyte", label_file(std::string(100, '\1')));
  EXPECT_FALSE(same({"eval", "out"}));  // changed since
  EXPECT_FALSE(same({"eval", "out/model.safetensors", "--model", "Flatten Linear(3)"}));
  EXPECT_TRUE(contains(run({"export", "out", "-o", "a.c", "--int8"}).out, kLine));
}

TEST_F(CliModelData, IsNotFashionMnistWhereTheFileKnowsOtherData) {
  write_model("clothes.safetensors", {1, 28, 28}, 10, fashion_names());
  Model model = load_model(dir_ / "clothes.safetensors");
  save_model(dir_ / "clothes.safetensors", model.net, model.class_names,
             {.data_sha256 = std::string(64, 'a')});
  expect_refusal(run({"eval", "clothes.safetensors"}), 2, {"t-shirt, trouser", "--data"});
  EXPECT_TRUE(contains(run({"eval", "clothes.safetensors", "--data", "fashion-mnist"}).out,
                       "these are not the data of its training"));
}

TEST_F(CliModelData, OfGreyImagesIsInColourForAModelOfColours) {
  write_model("colour.safetensors", {3, 2, 2}, 2);
  draw("grey/a", "1", 100);
  const Outcome outcome = run({"eval", "colour.safetensors", "--data", "grey"});
  EXPECT_TRUE(contains(outcome.out, "accuracy 1.0000")) << outcome.err;
}

TEST_F(CliModelData, IsFashionMnistByItsWord) {
  write_model("nameless.safetensors", {1, 28, 28}, 10);
  const Outcome outcome = run({"eval", "nameless.safetensors", "--data", "fashion-mnist"});
  EXPECT_TRUE(
      outcome.out.starts_with("evaluated on Fashion-MNIST: 10000 test images, classes by number\n"))
      << outcome.out << outcome.err;
  EXPECT_TRUE(
      contains(outcome.out, "  ankle boot            -      0.000      0.000       1000\n"));
}

TEST_F(CliModelData, OfOneSetIsJudgedWholeUnlessSplit) {
  write_brightness_model("model.safetensors");
  for (int i = 0; i < 4; ++i) {
    draw("all/dark", std::to_string(i), 0);
    draw("all/grey", std::to_string(i), 127);
    draw("all/light", std::to_string(i), 255);
  }
  const auto first_line = [&](const Words& more) {
    Words words = {"eval", "model.safetensors", "--data", "all"};
    words.insert(words.end(), more.begin(), more.end());
    const std::string out = run(words).out;
    EXPECT_TRUE(contains(out, "accuracy 1.0000"));
    return out.substr(0, out.find('\n'));
  };
  EXPECT_EQ(first_line({}), "evaluated on all: 12 images, as there is no test set");
  EXPECT_EQ(first_line({"--test-split", "0.25"}), "evaluated on all: 3 test images");
}

TEST_F(CliModelData, OfAnotherShapeIsRefusedWithTheRemedy) {
  write_brightness_model("model.safetensors");
  draw("large/dark", "a", 0, 8);
  expect_refusal(run({"eval", "model.safetensors", "--data", "large"}), 2,
                 {"large: images of 1x8x8, the model takes 1x2x2", "--size 2x2"});
  EXPECT_EQ(run({"eval", "model.safetensors", "--data", "large", "--size", "2x2"}).exit_code, 0);
  const Outcome idx = run({"eval", "model.safetensors", "--data", "bands"});
  expect_refusal(idx, 2, {"bands: images of 1x12x12, the model takes 1x2x2"});
  EXPECT_FALSE(contains(idx.err, "--size"));
}

TEST_F(CliModelData, NetworkOfTheFileMayBeGivenAgainButNoOther) {
  ASSERT_EQ(train("out", {"--max-steps", "5", "--normalize"}).exit_code, 0);
  const auto figures = [&](const Words& more) {
    Words words = {"eval", "out", "--json"};
    words.insert(words.end(), more.begin(), more.end());
    Json result = Json::parse(run(words).out);
    result.erase("examples_per_sec");
    return result;
  };
  EXPECT_EQ(figures({"--model", "Flatten Linear(3)"}), figures({}));
  ASSERT_EQ(run({"train", "--data", "bands", "--max-steps", "1", "--out", "preset"}).exit_code, 0);
  EXPECT_EQ(run({"eval", "preset", "--model", "lenet"}).exit_code, 0);
  ASSERT_EQ(run({"export", "preset", "-o", "preset.onnx"}).exit_code, 0);
  // lenet-relu has weights of the same names and shapes.
  for (const char* model : {"preset", "preset/model.safetensors", "preset.onnx"}) {
    for (const Words& words :
         {Words{"eval", model, "--data", "bands"}, Words{"predict", model, "none.png"},
          Words{"export", model, "-o", "a.onnx"}, Words{"export", model, "-o", "a.c"},
          Words{"export", model, "-o", "a.c", "--int8", "--data", "bands"}}) {
      Words all = words;
      all.insert(all.end(), {"--model", "lenet-relu"});
      expect_refusal(run(all), 2,
                     {model, "its own network", "AvgPool2d", "--model lenet-relu", "MaxPool2d",
                      "--model is for a file of weights alone"});
    }
  }
  expect_refusal(run({"eval", "out", "--model", "Flatten Linear(3)", "--input", "1x6x24"}), 2,
                 {"images of 1x12x12", "--input 1x6x24"});
}

TEST_F(CliModelData, IsForIntegersAlone) {
  write_brightness_model("model.safetensors");
  for (const char* out : {"a.c", "a.onnx"}) {
    expect_refusal(run({"export", "model.safetensors", "-o", out, "--data", "bands"}), 2,
                   {"--data", "--int8"});
  }
}

}  // namespace
}  // namespace lenet
