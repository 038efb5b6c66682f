// Functions of one number in ONNX files as others write them.
#include <gtest/gtest.h>

#include <string>

#include "base/errors.h"
#include "io/onnx_models.h"

namespace lenet {
namespace {

using namespace onnx_test;

/// From the input, (N, 2, 6, 6), to "y". Each constant goes by its digits.
std::string text_of(const Names& nodes) {
  const Names numbers = {tensor("0", {}, {0}),
                         tensor("0.5", {}, {0.5f}),
                         tensor("0.001", {}, {1e-3f}),
                         tensor("1", {}, {1}),
                         tensor("2", {}, {2}),
                         tensor("3", {1}, {3}),
                         tensor("6", {}, {6}),
                         tensor("1.4142135", {}, {1.4142135f}),
                         tensor("0.7071067", {}, {0.70710677f}),
                         tensor("0.044715", {}, {0.044715f}),
                         tensor("0.7978846", {}, {0.7978846f})};
  return read({.nodes = nodes, .initializers = numbers}).net.text();
}

const Names kSixth = {number("alpha", 1 / 6.0f)};

TEST(OnnxHardsigmoid, IsReadOfEveryForm) {
  EXPECT_EQ(text_of({node("HardSigmoid", {"x"}, {"y"}, kSixth)}), "Hardsigmoid");
  EXPECT_EQ(text_of({node("Add", {"x", "3"}, {"a"}), node("Clip", {"a", "0", "6"}, {"b"}),
                     node("Div", {"b", "6"}, {"y"})}),
            "Hardsigmoid");
  const std::string others = refusal({.nodes = {node("HardSigmoid", {"x"}, {"y"})}});
  EXPECT_TRUE(contains(others, "node \"n\" (\"HardSigmoid\"): alpha=0.2 and beta=0.5, want 1/6"));
  EXPECT_TRUE(contains(
      refusal({.nodes = {node("HardSigmoid", {"x"}, {"y"}, {kSixth[0], number("beta", 0.6f)})}}),
      "beta=0.6"));
}

TEST(OnnxHardswish, IsReadOfEveryForm) {
  EXPECT_EQ(text_of({node("HardSwish", {"x"}, {"y"})}), "Hardswish");
  EXPECT_EQ(text_of({node("HardSigmoid", {"x"}, {"s"}, kSixth), node("Mul", {"x", "s"}, {"y"})}),
            "Hardswish");
  const std::string add = node("Add", {"x", "3"}, {"a"});
  const std::string clip = node("Clip", {"a"}, {"b"}, {number("min", 0), number("max", 6)});
  EXPECT_EQ(text_of({add, clip, node("Mul", {"x", "b"}, {"c"}), node("Div", {"c", "6"}, {"y"})}),
            "Hardswish");
  EXPECT_EQ(text_of({add, node("Max", {"a", "0"}, {"m"}), node("Min", {"m", "6"}, {"b"}),
                     node("Div", {"b", "6"}, {"c"}), node("Mul", {"c", "x"}, {"y"})}),
            "Hardswish");
}

TEST(OnnxElu, HasOneWhereAlphaIsNotGiven) {
  EXPECT_EQ(text_of({node("Elu", {"x"}, {"y"})}), "ELU");
  EXPECT_EQ(text_of({node("Elu", {"x"}, {"y"}, {number("alpha", 0.1f)})}), "ELU(0.1)");
}

TEST(OnnxMish, IsReadOfEveryForm) {
  const std::string tanh = node("Tanh", {"s"}, {"t"}), mul = node("Mul", {"x", "t"}, {"y"});
  EXPECT_EQ(text_of({node("Mish", {"x"}, {"y"})}), "Mish");
  EXPECT_EQ(text_of({node("Softplus", {"x"}, {"s"}), tanh, mul}), "Mish");
  EXPECT_EQ(text_of({node("Exp", {"x"}, {"e"}), add("e", "1", "a"), node("Log", {"a"}, {"s"}), tanh,
                     mul}),
            "Mish");
}

TEST(OnnxGelu, IsReadOfEveryForm) {
  const std::string div = node("Div", {"x", "1.4142135"}, {"d"}), erf = node("Erf", {"d"}, {"e"});
  EXPECT_EQ(text_of({node("Gelu", {"x"}, {"y"})}), "GELU");
  EXPECT_EQ(text_of({node("Gelu", {"x"}, {"y"}, {text("approximate", "none")})}), "GELU");
  EXPECT_TRUE(
      contains(refusal({.nodes = {node("Gelu", {"x"}, {"y"}, {text("approximate", "erf")})}}),
               "approximate is \"erf\", want none or tanh"));
  // As PyTorch, as Keras, and half of x first.
  EXPECT_EQ(text_of({div, erf, add("e", "1", "a"), node("Mul", {"x", "a"}, {"b"}),
                     node("Mul", {"b", "0.5"}, {"y"})}),
            "GELU");
  EXPECT_EQ(text_of({node("Mul", {"x", "0.7071067"}, {"d"}), erf, add("1", "e", "a"),
                     node("Mul", {"0.5", "a"}, {"b"}), node("Mul", {"b", "x"}, {"y"})}),
            "GELU");
  EXPECT_EQ(text_of({node("Mul", {"x", "0.5"}, {"h"}), div, erf, add("e", "1", "a"),
                     node("Mul", {"h", "a"}, {"y"})}),
            "GELU");
  // Other factors are another function.
  EXPECT_TRUE(
      contains(refusal({.nodes = {node("Erf", {"x"}, {"e"}), node("Mul", {"x", "e"}, {"y"})}}),
               "(\"Erf\"): no layer of lenet"));
}

TEST(OnnxGelu, ByTanhIsReadOfEveryForm) {
  const Names last = {node("Mul", {"s", "0.7978846"}, {"u"}), node("Tanh", {"u"}, {"t"}),
                      add("t", "1", "a"), node("Mul", {"x", "a"}, {"b"}),
                      node("Mul", {"b", "0.5"}, {"y"})};
  Names cubes = {node("Mul", {"x", "x"}, {"x2"}), node("Mul", {"x", "x2"}, {"x3"}),
                 node("Mul", {"0.044715", "x3"}, {"c"}), add("x", "c", "s")};
  cubes.insert(cubes.end(), last.begin(), last.end());
  EXPECT_EQ(text_of(cubes), "GELU(approximate='tanh')");
  Names power = {node("Pow", {"x", "3"}, {"x3"}), node("Mul", {"x3", "0.044715"}, {"c"}),
                 add("x", "c", "s")};
  power.insert(power.end(), last.begin(), last.end());
  EXPECT_EQ(text_of(power), "GELU(approximate='tanh')");
  EXPECT_EQ(text_of({node("Gelu", {"x"}, {"y"}, {text("approximate", "tanh")})}),
            "GELU(approximate='tanh')");
}

/// ReduceMean, Sub, `square` of "d" to "p", ReduceMean, `end` of "v" and "d" to "y".
Names layer_norm(const std::vector<std::int64_t>& axes, const std::string& square,
                 const Names& end) {
  const Names over = {integers("axes", axes)};
  Names nodes = {node("ReduceMean", {"x"}, {"m"}, over), node("Sub", {"x", "m"}, {"d"}), square,
                 node("ReduceMean", {"p"}, {"v"}, over)};
  nodes.insert(nodes.end(), end.begin(), end.end());
  return nodes;
}

const std::string kPow = node("Pow", {"d", "2"}, {"p"}), kProduct = node("Mul", {"d", "d"}, {"p"});
const std::string kMoved = node("Add", {"v", "0.001"}, {"e"});
const Names kDivided = {kMoved, node("Sqrt", {"e"}, {"s"}), node("Div", {"d", "s"}, {"y"})};
const Names kMultiplied = {kMoved, node("Sqrt", {"e"}, {"s"}), node("Reciprocal", {"s"}, {"r"}),
                           node("Mul", {"d", "r"}, {"y"})};

TEST(OnnxLayerNorm, IsReadOfEveryForm) {
  const std::string plain = "LayerNorm(eps=0.001, elementwise_affine=False)";
  EXPECT_EQ(text_of(layer_norm({-3, -2, -1}, kPow, kDivided)), plain);
  EXPECT_EQ(text_of(layer_norm({1, 2, 3}, kProduct, kMultiplied)), plain);
  EXPECT_EQ(text_of({node("LayerNormalization", {"x", ""}, {"y"},
                          {integer("axis", 1), number("epsilon", 1e-3f)})}),
            plain);
}

TEST(OnnxLayerNorm, TakesABiasAlone) {
  const Model model =
      read({.nodes = {node("LayerNormalization", {"x", "", "b"}, {"n"}, {integer("axis", 1)}),
                      node("Relu", {"n"}, {"y"})},
            .initializers = {tensor("b", {2, 6, 6}, std::vector<float>(72, 0.5f))}});
  EXPECT_EQ(model.net.text(), "LayerNorm ReLU");
  const auto parameters = model.net.parameters();
  EXPECT_EQ(std::vector<float>(parameters.begin(), parameters.begin() + 72),
            std::vector<float>(72, 1.0f));
  EXPECT_EQ(std::vector<float>(parameters.begin() + 72, parameters.end()),
            std::vector<float>(72, 0.5f));
}

TEST(OnnxLayerNorm, HidesNoBoundBehindOrInFrontOfIt) {
  Names bounded = layer_norm({1, 2, 3}, kPow, kDivided);
  bounded.back() = node("Div", {"d", "s"}, {"n"});
  bounded.push_back(node("Clip", {"n"}, {"y"}, {number("min", -5), number("max", 5)}));
  EXPECT_TRUE(
      contains(text_of(bounded), "LayerNorm(eps=0.001, elementwise_affine=False) Affine2d"));
  Names moved = layer_norm({1, 2, 3}, kPow, kDivided);
  moved[0] = node("ReduceMean", {"c"}, {"m"}, {integers("axes", {1, 2, 3})});
  moved[1] = node("Sub", {"c", "m"}, {"d"});
  moved.insert(moved.begin(),
               node("Clip", {"x"}, {"c"}, {number("min", -500), number("max", 500)}));
  EXPECT_TRUE(text_of(moved).starts_with("Affine2d ReLU"));
}

TEST(OnnxLayerNorm, HasItsEpsBesideTheVariance) {
  // Beside the deviation, as a bound of the variance, and nowhere.
  const std::vector<Names> others = {
      {node("Sqrt", {"v"}, {"r"}), node("Add", {"r", "0.001"}, {"s"}),
       node("Div", {"d", "s"}, {"y"})},
      {node("Max", {"v", "0.001"}, {"e"}), node("Sqrt", {"e"}, {"s"}),
       node("Div", {"d", "s"}, {"y"})},
      {node("Sqrt", {"v"}, {"r"}), node("Reciprocal", {"r"}, {"s"}),
       node("Mul", {"d", "s"}, {"y"})}};
  for (const Names& end : others) {
    const std::string message =
        refusal({.nodes = layer_norm({1, 2, 3}, kPow, end),
                 .initializers = {tensor("0.001", {}, {1e-3f}), tensor("2", {}, {2})}});
    EXPECT_TRUE(contains(message, "node \"n\"")) << message;
  }
}

TEST(OnnxFused, TakesNoNodeOfWhatComesLater) {
  const Names numbers = {tensor("c", {1}, {2})};
  const auto refused = [&](const Names& nodes) {
    return refusal({.nodes = nodes, .initializers = numbers});
  };
  EXPECT_TRUE(contains(refused({node("Sigmoid", {"x"}, {"s"}), node("Mul", {"a", "s"}, {"a"}),
                                node("Relu", {"a"}, {"y"})}),
                       "node \"n\""));
  EXPECT_TRUE(contains(refused({node("Sigmoid", {"a"}, {"b"}), node("Mul", {"b", "x"}, {"a"}),
                                node("Relu", {"a"}, {"y"})}),
                       "node \"n\""));
  const Names over = {integers("axes", {0})};
  EXPECT_TRUE(
      contains(refused({node("ReduceMean", {"c"}, {"m"}, over), node("Sub", {"x", "m"}, {"y"})}),
               "node \"n\""));
  EXPECT_TRUE(
      contains(refused({node("ReduceMean", {""}, {"m"}, over), node("Sub", {"x", "m"}, {"y"})}),
               "node \"n\""));
  EXPECT_TRUE(contains(refused({node("ReduceMean", {"x"}, {"m"}, {over[0], number("keepdims", 1)}),
                                node("Sub", {"x", "m"}, {"y"})}),
                       "node \"n\""));
}

TEST(OnnxLayerNorm, OverAPartOfTheImageIsRefused) {
  const auto refused = [](const Names& nodes) {
    return refusal(
        {.nodes = nodes, .initializers = {tensor("0.001", {}, {1e-3f}), tensor("2", {}, {2})}});
  };
  EXPECT_TRUE(contains(refused(layer_norm({-1}, kPow, kDivided)),
                       "a LayerNorm over axes [-1] of (N, 2, 6, 6), want all that an image holds"));
  // Of x in the place of x - mean it is none.
  Names other = layer_norm({1, 2, 3}, kPow, kDivided);
  other.back() = node("Div", {"x", "s"}, {"y"});
  EXPECT_FALSE(contains(refused(other), "LayerNorm"));
}

TEST(OnnxActivation, OfNodesThatGiveSomethingElseIsNone) {
  EXPECT_TRUE(contains(
      refusal({.nodes = {node("HardSigmoid", {"x"}, {"s"}), node("Mul", {"x", "s"}, {"y"})}}),
      "alpha=0.2"));
  // A value between is read once more.
  EXPECT_EQ(text_of({node("HardSigmoid", {"x"}, {"s"}, kSixth), relu("s", "r"),
                     node("Concat", {"s", "r"}, {"y"}, {integer("axis", 1)})}),
            "Hardsigmoid Concat[ | ReLU ]");
  EXPECT_TRUE(contains(refusal({.nodes = {node("Sigmoid", {"x"}, {"s"}),
                                          node("Mul", {"x", "s"}, {"m"}), add("m", "s", "y")}}),
                       "multiplies"));
}

}  // namespace
}  // namespace lenet
