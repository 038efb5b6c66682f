// ONNX files as PyTorch writes them, and the nodes that lenet works into others.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/errors.h"
#include "io/onnx_models.h"
#include "lenet/onnx.h"
#include "lenet/trainer.h"

namespace lenet {
namespace {

using namespace onnx_test;

const std::filesystem::path kFolder = std::filesystem::path(LENET_GOLDEN_DIR) / "onnx";

nlohmann::json answers() { return nlohmann::json::parse(std::ifstream(kFolder / "logits.json")); }

class OnnxOfPyTorch : public testing::TestWithParam<int> {
 protected:
  /// Checks the logits; gives the model text.
  std::string text_of(const std::string& name) {
    const auto file = kFolder / (name + "_" + std::to_string(GetParam()) + ".onnx");
    const Model model = load_onnx(file);
    const nlohmann::json all = answers();
    const std::vector<float> got = forward(model.net, all["x"].get<std::vector<float>>());
    const auto want = all[name].get<std::vector<float>>();
    const auto largest = std::abs(*std::ranges::max_element(
        want, [](float a, float b) { return std::abs(a) < std::abs(b); }));
    EXPECT_EQ(got.size(), want.size());
    for (std::size_t i = 0; i < want.size(); ++i) EXPECT_NEAR(got[i], want[i], 1e-5f * largest);
    return model.net.text();
  }
};

TEST_P(OnnxOfPyTorch, PadsBeforeAveragePoolAreItsPadding) {
  EXPECT_EQ(text_of("pooled"),
            "Conv2d(3, 3, padding=1) Sigmoid AvgPool2d(2) Conv2d(4, 3) Tanh "
            "AvgPool2d(3, stride=2, padding=1) Flatten Linear(5) LeakyReLU(0.2) Linear(4)");
}

TEST_P(OnnxOfPyTorch, ShapeThatIsComputedFlattens) {
  EXPECT_EQ(text_of("viewed"),
            "Conv2d(3, 3) ReLU MaxPool2d(2) Flatten Linear(4, bias=False) BatchNorm1d");
}

TEST_P(OnnxOfPyTorch, NodesOfALayerNormAreOne) {
  EXPECT_EQ(text_of("normed"),
            "Conv2d(3, 3) LayerNorm ReLU MaxPool2d(2) Flatten LayerNorm(eps=0.001) Linear(6) "
            "LayerNorm Linear(4)");
}

INSTANTIATE_TEST_SUITE_P(Opset, OnnxOfPyTorch, testing::Values(7, 9, 13, 17),
                         testing::PrintToStringParamName());

TEST(OnnxOfLenet, KeepsSoftplus) {
  Model model{Sequential::parse("Conv2d(2, 2) Softplus Flatten Linear(2)"), {}};
  Generator generator(1);
  model.net.build({1, 4, 4}, generator);
  const Model read = parse_onnx(serialise_onnx(model), "");
  EXPECT_EQ(read.net.text(), model.net.text());
  EXPECT_EQ(Sequential::parse("nn.Sequential(nn.Softplus(beta=1.0, threshold=20.0))").text(),
            "Softplus");
}

TEST(OnnxOfLenet, KeepsANormalisationWithoutWeightAndBias) {
  Model model{Sequential::parse("Conv2d(2, 2) BatchNorm2d(affine=False) Flatten Linear(2)"), {}};
  Generator generator(1);
  model.net.build({1, 4, 4}, generator);
  const std::string bytes = serialise_onnx(model);
  EXPECT_EQ(parse_onnx(bytes, "").net.text(), model.net.text());
}

std::string text_of(const Parts& parts) { return parse_onnx(model(parts), "m.onnx").net.text(); }

std::string constant(const std::string& name, const Shape& dims, const std::vector<float>& values) {
  return tensor(name, dims, values, onnx::kInt64);
}

const Names kSquare = {integers("kernel_shape", {2, 2})};
const std::string kFilter = tensor("w", {3, 2, 3, 3}, std::vector<float>(54, 0.5f));

/// A Pad of the input, (N, 2, 6, 6), before an AveragePool.
Parts padded(const std::vector<float>& pads, const Names& attributes = {}) {
  return {.nodes = {node("Pad", {"x", "pads"}, {"p"}, attributes),
                    node("AveragePool", {"p"}, {"y"}, kSquare)},
          .initializers = {constant("pads", {std::ssize(pads)}, pads)}};
}

TEST(OnnxPad, GoesIntoTheWindowBehindIt) {
  EXPECT_EQ(text_of(padded({0, 0, 1, 1, 0, 0, 1, 1})), "AvgPool2d(2, stride=1, padding=1)");
  EXPECT_EQ(text_of(padded({0, 0, 0, 0, 0, 0, 0, 0})), "AvgPool2d(2, stride=1)");
  const std::string zeros = constant("pads", {8}, {0, 0, 1, 2, 0, 0, 1, 2});
  const auto own = integers("pads", {1, 0, 1, 0});
  EXPECT_EQ(
      text_of({.nodes = {node("Pad", {"x", "pads"}, {"p"}), node("Conv", {"p", "w"}, {"y"}, {own})},
               .initializers = {zeros, kFilter}}),
      "Conv2d(3, 3, padding=2, bias=False)");
}

TEST(OnnxPad, IsALayerWhereNoWindowTakesIt) {
  EXPECT_EQ(text_of(padded({0, 0, 1, 1, 0, 0, 0, 0})),
            "ZeroPad2d((1, 0, 1, 0)) AvgPool2d(2, stride=1)");
  EXPECT_EQ(text_of(padded({0, 0, 2, 2, 0, 0, 2, 2})), "ZeroPad2d(2) AvgPool2d(2, stride=1)");
  const std::string pads = constant("pads", {8}, {0, 0, 1, 1, 0, 0, 1, 1});
  const auto behind = [&](const std::string& last) {
    return text_of({.nodes = {node("Pad", {"x", "pads"}, {"p"}), last}, .initializers = {pads}});
  };
  EXPECT_EQ(behind(node("MaxPool", {"p"}, {"y"}, kSquare)), "ZeroPad2d(1) MaxPool2d(2, stride=1)");
  EXPECT_EQ(behind(node("Relu", {"p"}, {"y"})), "ZeroPad2d(1) ReLU");
  EXPECT_EQ(behind(node("Flatten", {"p"}, {"y"})), "ZeroPad2d(1) Flatten");
  EXPECT_EQ(behind(node("Pad", {"p", "pads"}, {"y"})), "ZeroPad2d(2)");
}

TEST(OnnxPad, IsRefusedUnlessItAddsZerosToHeightAndWidth) {
  EXPECT_TRUE(contains(refusal(padded({0, 1, 0, 0, 0, 1, 0, 0})), "height and width"));
  EXPECT_TRUE(contains(refusal(padded({0, 0, -1, -1, 0, 0, -1, -1})), "height and width"));
  EXPECT_TRUE(contains(refusal(padded({1, 1})), "pads is [1, 1]"));
  EXPECT_TRUE(contains(refusal(padded({0, 0, 1, 1, 0, 0, 1, 1}, {text("mode", "edge")})),
                       "mode is \"edge\""));
  const std::string pads = constant("pads", {8}, {0, 0, 1, 1, 0, 0, 1, 1});
  const auto behind = [&](const Names& nodes) {
    return refusal({.nodes = nodes, .initializers = {pads, tensor("one", {1}, {1})}});
  };
  EXPECT_TRUE(contains(behind({node("Pad", {"x", "pads", "one"}, {"y"})}), "pads with 1, want 0"));
}

/// Reshape of the input to what the nodes make of "shape", its sizes.
Parts reshaped(Names nodes, const Names& initializers) {
  nodes.insert(nodes.begin(), node("Shape", {"x"}, {"shape"}));
  nodes.push_back(node("Reshape", {"x", "to"}, {"y"}));
  return {.nodes = nodes, .initializers = initializers};
}

TEST(OnnxShape, OfTheImagesIsComputed) {
  const std::string batch = node("Gather", {"shape", "zero"}, {"batch"}, {integer("axis", 0)});
  const std::string list = node("Unsqueeze", {"batch"}, {"list"}, {integers("axes", {0})});
  const Names constants = {constant("zero", {}, {0}), constant("rest", {1}, {72}),
                           constant("other", {1}, {71})};
  const auto with = [&](const std::string& first, const std::string& second) {
    return reshaped({batch, list, node("Concat", {first, second}, {"to"}, {integer("axis", 0)})},
                    constants);
  };
  EXPECT_EQ(text_of(with("list", "rest")), "Flatten");
  EXPECT_TRUE(contains(refusal(with("list", "other")), "shape [-1, 71], want [-1, 72]"));
  EXPECT_TRUE(contains(refusal(with("rest", "list")), "shape [72, -1]"));
  EXPECT_TRUE(contains(refusal(reshaped({}, {constant("to", {1}, {72})})), "shape [72]"));
}

TEST(OnnxShape, IsRefusedIfItCannotBeComputed) {
  const Names four = {constant("four", {}, {4})};
  EXPECT_TRUE(contains(refusal(reshaped({node("Gather", {"shape", "four"}, {"to"})}, four)),
                       "index 4 of 4 integers"));
  EXPECT_TRUE(contains(refusal(reshaped({node("Slice", {"shape", "four"}, {"to"})}, four)),
                       "node \"n\" (\"Slice\")"));
  Names doubling;
  std::string last = "shape";
  for (int i = 0; i < 5; ++i) {
    const std::string next = last + "2";
    doubling.push_back(node("Concat", {last, last}, {next}, {integer("axis", 0)}));
    last = next;
  }
  EXPECT_TRUE(contains(refusal(reshaped(doubling, {})), "more than 64 integers"));
}

TEST(OnnxSoftmax, OrItsLogarithmAtTheEndIsLeftOut) {
  std::vector<float> values(144);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
  const auto ending = [&](const std::string& last) {
    return parse_onnx(model({.nodes = {node("Flatten", {"x"}, {"flat"}),
                                       node("MatMul", {"flat", "w"}, {"logits"}), last},
                             .initializers = {tensor("w", {72, 2}, values)}}),
                      "m.onnx");
  };
  const Model plain = ending(node("Identity", {"logits"}, {"y"}));
  const std::vector<float> image(72, 0.5f);
  for (const std::string& last :
       {node("Softmax", {"logits"}, {"y"}), node("LogSoftmax", {"logits"}, {"y"}),
        node("LogSoftmax", {"logits"}, {"y"}, {integer("axis", 1)}),
        node("LogSoftmax", {"logits"}, {"y"}, {integer("axis", -1)})}) {
    const Model read = ending(last);
    EXPECT_EQ(read.net.text(), "Flatten Linear(2, bias=False)");
    EXPECT_EQ(forward(read.net, image), forward(plain.net, image));
  }
}

TEST(OnnxSoftmax, OverClassesOfOnePixelFlattensThem) {
  const auto ending = [&](const Names& attributes, std::int64_t opset) {
    return Parts{.nodes = {node("GlobalAveragePool", {"x"}, {"mean"}),
                           node("Softmax", {"mean"}, {"y"}, attributes)},
                 .opset = opset};
  };
  const Names classes = {integer("axis", 1)}, width = {integer("axis", -1)};
  for (const Parts& parts : {ending(classes, 9), ending(classes, 13), ending({}, 9)}) {
    EXPECT_EQ(parse_onnx(model(parts), "m.onnx").net.output_shape(), Shape{2});
  }
  // From opset 13 on the axis is the last unless it is given: one pixel's probability is 1.
  for (const Parts& parts : {ending(width, 13), ending({}, 13), ending(width, 9)}) {
    EXPECT_TRUE(contains(refusal(parts), "axis -1 of (N, 2, 1, 1)"));
  }
}

TEST(OnnxTranspose, OfAWeightIsItsTranspose) {
  std::vector<float> values(144);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
  const std::string flatten = node("Flatten", {"x"}, {"flat"});
  const auto parameters = [](const Parts& parts) {
    const Model read = parse_onnx(model(parts), "m.onnx");
    return std::vector<float>(read.net.parameters().begin(), read.net.parameters().end());
  };
  EXPECT_EQ(parameters({.nodes = {flatten, node("Transpose", {"w"}, {"t"}),
                                  node("MatMul", {"flat", "t"}, {"y"})},
                        .initializers = {tensor("w", {2, 72}, values)}}),
            values);
  EXPECT_EQ(parameters({.nodes = {flatten, node("Transpose", {"w"}, {"t"}),
                                  node("Transpose", {"t"}, {"u"}),
                                  node("Gemm", {"flat", "u"}, {"y"}, {integer("transB", 1)})},
                        .initializers = {tensor("w", {2, 72}, values)}}),
            values);
}

}  // namespace
}  // namespace lenet
