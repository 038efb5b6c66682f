#include "lenet/model_file.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <limits>
#include <ostream>
#include <stdexcept>

#include "base/file.h"
#include "lenet/error.h"
#include "lenet/safetensors.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;

const fs::path kGolden = LENET_GOLDEN_DIR;

std::vector<float> parameters_of(const Sequential& net) {
  return {net.parameters().begin(), net.parameters().end()};
}

class ModelFile : public testing::Test {
 protected:
  ModelFile() {
    std::string name = (fs::temp_directory_path() / "lenet_model_XXXXXX").string();
    if (!mkdtemp(name.data())) throw std::runtime_error("cannot create " + name);
    dir_ = name;
    file_ = dir_ / "model.safetensors";
  }
  ~ModelFile() override { fs::remove_all(dir_); }

  /// Conv2d 0.weight (2, 1, 3, 3), 0.bias (2); Linear 3.weight (4, 32), 3.bias (4).
  static Sequential small_net(std::uint64_t seed = 0) {
    Sequential net = Sequential::parse("Conv2d(2, 3) ReLU Flatten Linear(4)");
    Generator generator(seed);
    net.build({1, 6, 6}, generator);
    return net;
  }

  /// What save_model writes for small_net(), to be spoilt.
  SafeTensors saved() const {
    Sequential net = small_net();
    save_model(file_, net, {});
    return read_safetensors(file_);
  }

  /// The message with which load_model refuses the file.
  std::string refusal(const SafeTensors& content) const {
    write_safetensors(file_, content.tensors, content.metadata);
    return message_of([&] { load_model(file_); });
  }

  /// The message with which load_weights refuses the file, which must leave the network alone.
  std::string weights_refusal(const std::vector<NamedTensor>& tensors) const {
    write_safetensors(file_, tensors);
    Sequential net = small_net(9);
    const std::vector<float> before = parameters_of(net);
    const std::string message = message_of([&] { load_weights(file_, net); });
    EXPECT_EQ(parameters_of(net), before);
    return message;
  }

  template <class Action>
  std::string message_of(Action action) const {
    try {
      action();
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::kBadInput) << e.what();
      EXPECT_TRUE(std::string_view(e.what()).starts_with(file_.string() + ": ")) << e.what();
      return e.what();
    }
    ADD_FAILURE() << "no lenet::Error was thrown";
    return "";
  }

  fs::path dir_, file_;
};

testing::AssertionResult contains(const std::string& text, const std::string& part) {
  if (text.find(part) != std::string::npos) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "\"" << part << "\" is not in \"" << text << "\"";
}

TEST_F(ModelFile, RoundTripKeepsEveryBitTheShapesAndTheNames) {
  Sequential net = small_net(3);
  save_model(file_, net, {"a", "b \"c\"", "\xc3\xa9", ""});
  const Model model = load_model(file_);
  EXPECT_EQ(parameters_of(model.net), parameters_of(net));
  EXPECT_EQ(model.net.text(), net.text());
  EXPECT_EQ(model.net.input_shape(), (Shape{1, 6, 6}));
  EXPECT_EQ(model.class_names, (std::vector<std::string>{"a", "b \"c\"", "\xc3\xa9", ""}));
}

TEST_F(ModelFile, RoundTripOfAnInputWithoutHeightAndWidth) {
  Sequential net = Sequential::parse("Linear(3)");
  Generator generator;
  net.build({5}, generator);
  save_model(file_, net, {});
  const Model model = load_model(file_);
  EXPECT_EQ(model.net.input_shape(), Shape{5});
  EXPECT_TRUE(model.class_names.empty());
}

TEST_F(ModelFile, HoldsTheNamesAndShapesOfPyTorchsStateDict) {
  const SafeTensors content = saved();
  std::vector<std::string> names;
  std::vector<Shape> shapes;
  for (const NamedTensor& tensor : content.tensors) {
    names.push_back(tensor.name);
    shapes.push_back(tensor.shape);
  }
  EXPECT_EQ(names, (std::vector<std::string>{"0.weight", "0.bias", "3.weight", "3.bias"}));
  EXPECT_EQ(shapes, (std::vector<Shape>{{2, 1, 3, 3}, {2}, {4, 32}, {4}}));
}

TEST_F(ModelFile, SavingTwiceGivesTheSameBytes) {
  Sequential net = small_net();
  save_model(file_, net, {"a"});
  save_model(dir_ / "again", net, {"a"});
  EXPECT_EQ(read_file(file_, 1 << 20), read_file(dir_ / "again", 1 << 20));
}

TEST_F(ModelFile, SavingWhereNothingCanBeIsAnIoError) {
  Sequential net = small_net();
  write_file(dir_ / "file", "");
  try {
    save_model(dir_ / "file" / "model.safetensors", net, {});
    FAIL() << "saved below a file";
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::kIo);
  }
}

TEST_F(ModelFile, WeightsOfPyTorchsLeNetAreTakenBitForBit) {
  Sequential net = make_lenet();
  Generator generator(123);
  net.build({1, 28, 28}, generator);
  const fs::path golden = kGolden / "lenet_seed0_init.safetensors";
  load_weights(golden, net);
  const SafeTensors wanted = read_safetensors(golden);
  const auto named = net.named_parameters();
  ASSERT_EQ(named.size(), wanted.tensors.size());
  for (const NamedParameter& parameter : named) {
    const auto tensor = std::ranges::find(wanted.tensors, parameter.name, &NamedTensor::name);
    ASSERT_NE(tensor, wanted.tensors.end()) << parameter.name;
    EXPECT_TRUE(std::ranges::equal(parameter.values, tensor->values)) << parameter.name;
  }
}

TEST_F(ModelFile, PrefixCommonToAllNamesIsLeftOutInAnyOrder) {
  SafeTensors content = saved();
  for (NamedTensor& tensor : content.tensors) tensor.name = "module.net." + tensor.name;
  std::ranges::reverse(content.tensors);
  write_safetensors(file_, content.tensors);
  Sequential net = small_net(9);
  load_weights(file_, net);
  EXPECT_EQ(parameters_of(net), parameters_of(small_net()));
}

TEST_F(ModelFile, PrefixOfSomeNamesAloneIsRefused) {
  SafeTensors content = saved();
  for (std::size_t i = 0; i < 2; ++i) content.tensors[i].name.insert(0, "net.");
  EXPECT_TRUE(contains(weights_refusal(content.tensors), "no tensor net.3.weight"));
}

TEST_F(ModelFile, MissingTensorIsNamedWithItsShape) {
  for (std::size_t i = 0; i < 4; ++i) {
    SafeTensors content = saved();
    const std::string name = content.tensors[i].name;
    content.tensors.erase(content.tensors.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_TRUE(contains(weights_refusal(content.tensors), "no tensor " + name + " of shape"));
  }
}

TEST_F(ModelFile, SurplusTensorIsNamed) {
  SafeTensors content = saved();
  content.tensors.push_back({"5.weight", {1}, {0}});
  const std::string message = weights_refusal(content.tensors);
  EXPECT_TRUE(contains(message, "5.weight"));
  EXPECT_TRUE(contains(message, "no place"));
}

TEST_F(ModelFile, MisshapenTensorIsNamedWithBothShapes) {
  SafeTensors content = saved();
  content.tensors[2].shape = {32, 4};  // as many values
  EXPECT_TRUE(contains(weights_refusal(content.tensors), "3.weight has shape 32x4, want 4x32"));
}

TEST_F(ModelFile, ValueThatIsNotFiniteIsNamedWithItsPlace) {
  SafeTensors content = saved();
  content.tensors[3].values[2] = std::numeric_limits<float>::infinity();
  EXPECT_TRUE(contains(weights_refusal(content.tensors), "3.bias: value 2 is inf"));
}

struct BadRow {
  std::string name, key, value;
  std::vector<std::string> parts;  ///< of the message, beside the key
};

void PrintTo(const BadRow& row, std::ostream* out) { *out << row.name; }

class ModelFileMetadata : public ModelFile, public testing::WithParamInterface<BadRow> {};

TEST_P(ModelFileMetadata, ThatIsBadIsRefusedAndNamed) {
  SafeTensors content = saved();
  content.metadata[GetParam().key] = GetParam().value;
  const std::string message = refusal(content);
  EXPECT_TRUE(contains(message, GetParam().key));
  for (const std::string& part : GetParam().parts) EXPECT_TRUE(contains(message, part));
}

INSTANTIATE_TEST_SUITE_P(
    Rows, ModelFileMetadata,
    testing::Values(
        BadRow{"TextThatDoesNotParse", "model", "Conv2d(2, 3) RelU", {"column 14", "RelU"}},
        BadRow{"EmptyText", "model", "", {"no layer"}},
        BadRow{"EmptyShape", "input_shape", "", {"CxHxW"}},
        BadRow{"ShapeOfWords", "input_shape", "one", {"\"one\"", "CxHxW"}},
        BadRow{"ShapeOfTwo", "input_shape", "6x6", {"\"6x6\""}},
        BadRow{"ShapeOfFour", "input_shape", "1x1x6x6", {"\"1x1x6x6\""}},
        BadRow{"ShapeWithARest", "input_shape", "1x6x6x", {"\"1x6x6x\""}},
        BadRow{"ShapeWithAZero", "input_shape", "1x0x6", {"\"1x0x6\""}},
        BadRow{"NegativeShape", "input_shape", "1x-6x-6", {"\"1x-6x-6\""}},
        BadRow{"ShapeBeyond64Bits", "input_shape", "1x6x99999999999999999999", {"CxHxW"}},
        BadRow{"OtherScale", "pixel_scale", "1/127.5", {"\"1/127.5\"", "1/255"}},
        BadRow{"NamesThatAreNoJson", "class_names", "a, b", {"JSON list of strings"}},
        BadRow{"NamesThatAreNoList", "class_names", "{\"a\": \"b\"}", {"JSON list of strings"}},
        BadRow{"NamesThatAreNumbers", "class_names", "[\"a\", 2]", {"JSON list of strings"}},
        BadRow{"NamesForTheTerminal", "class_names", R"(["\u001b[2J"])", {"control characters"}},
        BadRow{"MoreNamesThanOutputs", "class_names", R"(["a","b","c","d","e"])", {"5", "4"}}),
    [](const auto& test) { return test.param.name; });

TEST_F(ModelFile, ShapeThatTheTensorsDoNotFitIsRefused) {
  SafeTensors content = saved();
  content.metadata["input_shape"] = "1x7x7";
  EXPECT_TRUE(contains(refusal(content), "3.weight has shape 4x32, want 4x50"));
}

TEST_F(ModelFile, ShapeThatTheLayersDoNotFitIsRefused) {
  for (const char* shape : {"1x2x2", "36", "1x2000000000x2000000000"}) {
    SafeTensors content = saved();
    content.metadata["input_shape"] = shape;
    refusal(content);
  }
}

TEST_F(ModelFile, MissingRowIsNamed) {
  for (const char* key : {"model", "input_shape", "pixel_scale"}) {
    SafeTensors content = saved();
    content.metadata.erase(key);
    const std::string message = refusal(content);
    EXPECT_TRUE(contains(message, key));
    EXPECT_TRUE(contains(message, "not a model that lenet saved"));
  }
}

/// With running statistics and a normalization of its own.
Sequential normalised_net() {
  Sequential net = Sequential::parse("Conv2d(2, 3) BatchNorm2d ReLU Flatten Linear(4)");
  Generator generator(3);
  net.build({1, 6, 6}, generator);
  std::ranges::copy(std::vector<float>{0.5f, -0.25f, 2.0f, 3.0f}, net.buffers().begin());
  net.set_normalization({{0.25f}, {0.5f}});
  return net;
}

TEST_F(ModelFile, KeepsRunningStatisticsAndNormalization) {
  Sequential net = normalised_net();
  save_model(file_, net, {});
  const Model loaded = load_model(file_);
  EXPECT_EQ(parameters_of(loaded.net), parameters_of(net));
  EXPECT_TRUE(std::ranges::equal(loaded.net.buffers(), net.buffers()));
  EXPECT_EQ(loaded.net.normalization(), net.normalization());
  std::vector<std::string> names;
  for (const NamedTensor& t : read_safetensors(file_).tensors) names.push_back(t.name);
  EXPECT_TRUE(std::ranges::count(names, "1.running_mean") &&
              std::ranges::count(names, "1.running_var"));
}

TEST_F(ModelFile, TakesPyTorchsCountOfBatchesAndLeavesItOut) {
  Sequential net = normalised_net();
  save_model(file_, net, {});
  SafeTensors content = read_safetensors(file_);
  content.tensors.push_back({"1.num_batches_tracked", {}, {7}});
  write_safetensors(file_, content.tensors, content.metadata);
  EXPECT_EQ(parameters_of(load_model(file_).net), parameters_of(net));
}

TEST_F(ModelFile, RefusesANegativeVariance) {
  Sequential net = normalised_net();
  save_model(file_, net, {});
  SafeTensors content = read_safetensors(file_);
  for (NamedTensor& t : content.tensors) {
    if (t.name == "1.running_var") t.values[1] = -1;
  }
  EXPECT_NE(refusal(content).find("running_var: value 1 is -1"), std::string::npos);
}

TEST_F(ModelFile, RefusesANormalizationThatIsNone) {
  Sequential net = normalised_net();
  save_model(file_, net, {});
  const std::string nested = R"({"mean": )" + std::string(1 << 20, '[');
  for (const std::string& text : std::vector<std::string>{
           nested + std::string(1 << 20, ']') + '}', "", "1", "[]", "{}", R"({"mean": [0.5]})",
           R"({"mean": ["a"], "deviation": [1]})", R"({"mean": [0.5], "deviation": [0]})",
           R"({"mean": [0.5, 0.5], "deviation": [1, 1]})", R"({"mean": [1e60], "deviation": [1]})",
           R"({"mean": [0.5], "deviation": [-1]})"}) {
    SafeTensors content = read_safetensors(file_);
    content.metadata["normalization"] = text;
    EXPECT_NE(refusal(content).find("metadata normalization"), std::string::npos)
        << text.substr(0, 99);
    save_model(file_, net, {});
  }
}

}  // namespace
}  // namespace lenet
