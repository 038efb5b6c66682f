#include "lenet/model_file.h"

#include <algorithm>
#include <limits>

#include "io/model_files.h"
#include "lenet/onnx.h"

namespace lenet {
namespace {

namespace fs = std::filesystem;

const fs::path kGolden = LENET_GOLDEN_DIR;

TEST_F(ModelFile, RoundTripKeepsEveryBitTheShapesAndTheNames) {
  Sequential net = small_net(3);
  save_model(file_, net, {"a", "b \"c\"", "\xc3\xa9", ""});
  const Model model = load_model(file_);
  EXPECT_EQ(parameters_of(model.net), parameters_of(net));
  EXPECT_EQ(model.net.text(), net.text());
  EXPECT_EQ(model.net.input_shape(), (Shape{1, 6, 6}));
  EXPECT_EQ(model.class_names, (std::vector<std::string>{"a", "b \"c\"", "\xc3\xa9", ""}));
}

TEST_F(ModelFile, KnowsTheDataWhereItWasSavedWithIt) {
  Sequential net = small_net();
  const std::string digest(64, 'b');
  save_model(file_, net, {}, {.data_sha256 = digest});
  EXPECT_EQ(load_model(file_).origin.data_sha256, digest);
  EXPECT_EQ(parse_onnx(serialise_onnx(load_model(file_)), "").origin.data_sha256, digest);
  save_model(file_, net, {});
  EXPECT_FALSE(read_safetensors(file_).metadata.contains("data_sha256"));
  EXPECT_EQ(load_model(file_).origin.data_sha256, "");
  EXPECT_EQ(parse_onnx(serialise_onnx(load_model(file_)), "").origin.data_sha256, "");
}

TEST_F(ModelFile, KnowsTheLossOfItsTrainingAndWhatItsImagesWere) {
  Sequential net = small_net();
  save_model(file_, net, {}, {.loss = LossFunction::kBce, .float_images = true});
  const auto expect_known = [](const ModelOrigin& origin) {
    EXPECT_EQ(origin.loss, LossFunction::kBce);
    EXPECT_TRUE(origin.float_images);
    EXPECT_FALSE(origin.tells_classes());
  };
  expect_known(load_model(file_).origin);
  expect_known(parse_onnx(serialise_onnx(load_model(file_)), "").origin);
  save_model(file_, net, {});
  const ModelOrigin unknown = load_model(file_).origin;
  EXPECT_FALSE(unknown.loss || unknown.float_images);
  EXPECT_TRUE(unknown.tells_classes());
  SafeTensors file = read_safetensors(file_);
  file.metadata["loss"] = "huber";
  write_safetensors(file_, file.tensors, file.metadata);
  EXPECT_TRUE(contains(error_of(ErrorKind::kBadInput, [&] { load_model(file_); }),
                       "metadata loss is \"huber\", want cross-entropy, bce, mse or l1"));
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

}  // namespace
}  // namespace lenet
