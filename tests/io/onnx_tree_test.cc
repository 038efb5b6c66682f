// Hand-made ONNX graphs with branches: what they become, and what is refused.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/errors.h"
#include "io/onnx_models.h"
#include "io/onnx_reference.h"
#include "lenet/onnx.h"
#include "lenet/trainer.h"

namespace lenet {
namespace {

using namespace onnx_test;

std::string text_of(const Parts& parts) { return read(parts).net.text(); }

Floats parameters_of(const Parts& parts) {
  const Model model = read(parts);
  return {model.net.parameters().begin(), model.net.parameters().end()};
}

Floats joined(const std::vector<Floats>& parts) {
  Floats all;
  for (const Floats& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

const Floats kA = numbers(36, 1), kB = numbers(36, 2), kC = numbers(54, 3);
const std::string kFirst = tensor("a", {2, 2, 3, 3}, kA), kSecond = tensor("b", {2, 2, 3, 3}, kB),
                  kThird = tensor("c", {3, 2, 3, 3}, kC);

/// A Conv of `weight` with padding of 1.
std::string conv_of(const std::string& from, const std::string& weight, const std::string& to) {
  return node("Conv", {from, weight}, {to}, {integers("pads", {1, 1, 1, 1})});
}

const std::string kConcatOfTwo =
    "Concat[ Conv2d(2, 3, padding=1, bias=False) | "
    "Conv2d(3, 3, padding=1, bias=False) ]";

std::string concat(const Names& from, const std::string& to, std::int64_t axis = 1) {
  return node("Concat", from, {to}, {integer("axis", axis)});
}

TEST(OnnxTree, TakesBranchesInTheOrderOfTheJoin) {
  const Parts parts{
      .nodes = {conv_of("x", "c", "q"), conv_of("x", "a", "p"), concat({"p", "q"}, "y")},
      .initializers = {kFirst, kThird}};
  EXPECT_EQ(text_of(parts), kConcatOfTwo);
  EXPECT_EQ(parameters_of(parts), joined({kA, kC}));
  Floats image = numbers(72);
  const Image x{2, 6, 6, image};
  const Pads pads{1, 1, 1, 1};
  expect_near(forward(read(parts).net, image), joined({conv(x, kA, {0, 0}, 3, 1, pads).values,
                                                       conv(x, kC, {0, 0, 0}, 3, 1, pads).values}));
}

TEST(OnnxTree, IsTheSameInAnyTopologicalOrder) {
  const Parts parts{.nodes = {node("Sigmoid", {"x"}, {"s"}), conv_of("x", "a", "p"),
                              node("Relu", {"p"}, {"r"}), node("Mul", {"s", "x"}, {"q"}),
                              conv_of("r", "b", "t"), node("Add", {"q", "t"}, {"y"})},
                    .initializers = {kFirst, kSecond}};
  EXPECT_EQ(text_of(parts),
            "Sum[ SiLU | Conv2d(2, 3, padding=1, bias=False) ReLU "
            "Conv2d(2, 3, padding=1, bias=False) ]");
  EXPECT_EQ(parameters_of(parts), joined({kA, kB}));
}

TEST(OnnxTree, OfTwoSummandsWithTheValueItselfIsAResidual) {
  for (const Names& inputs : {Names{"x", "p"}, Names{"p", "x"}}) {
    for (const char* op : {"Add", "Sum"}) {
      EXPECT_EQ(text_of({.nodes = {conv_of("x", "a", "p"), node(op, inputs, {"y"})},
                         .initializers = {kFirst}}),
                "Residual[ Conv2d(2, 3, padding=1, bias=False) ]");
    }
  }
}

TEST(OnnxTree, TakesANodeThatJoinsForksInOneAnother) {  // SPPF of YOLO
  const auto pool = [](const std::string& from, const std::string& to) {
    return node("MaxPool", {from}, {to},
                {integers("kernel_shape", {3, 3}), integers("pads", {1, 1, 1, 1})});
  };
  const std::string kPool = "MaxPool2d(3, stride=1, padding=1)";
  EXPECT_EQ(text_of({.nodes = {pool("x", "p"), pool("p", "q"), pool("q", "r"),
                               concat({"x", "p", "q", "r"}, "y")}}),
            "Concat[ | " + kPool + " Concat[ | " + kPool + " Concat[ | " + kPool + " ] ] ]");
}

TEST(OnnxTree, TakesADenseBlockThatConcatenatesAllAnew) {  // torchvision's DenseNet
  const Parts parts{
      .nodes = {concat({"x"}, "d0"), conv_of("d0", "a", "p"), concat({"x", "p"}, "d1"),
                node("Conv", {"d1", "w"}, {"q"}), concat({"x", "p", "q"}, "d2"),
                node("Conv", {"d2", "v"}, {"r"}), concat({"x", "p", "q", "r"}, "y")},
      .initializers = {kFirst, tensor("w", {1, 4, 1, 1}, numbers(4)),
                       tensor("v", {2, 5, 1, 1}, numbers(10))}};
  EXPECT_EQ(text_of(parts),
            "Concat[ | Conv2d(2, 3, padding=1, bias=False) ] "
            "Concat[ | Conv2d(1, 1, bias=False) ] "
            "Concat[ | Conv2d(2, 1, bias=False) ]");
}

TEST(OnnxTree, WorksBiasesBoundsAndPadsIntoTheLayersOfABranch) {
  const std::string pads = tensor("pads", {8}, {0, 0, 1, 1, 0, 0, 1, 1}, onnx::kInt64);
  const Floats bias = {1, 2};
  const Parts parts{
      .nodes = {node("Relu", {"x"}, {"h"}), node("Pad", {"h", "pads"}, {"padded"}),
                node("Conv", {"padded", "a"}, {"p"}), node("Add", {"p", "bias"}, {"q"}),
                node("Clip", {"h", "zero"}, {"r"}), node("Mul", {"r", "bias"}, {"s"}),
                node("Add", {"q", "s"}, {"y"})},
      .initializers = {kFirst, pads, tensor("bias", {2, 1, 1}, bias), tensor("zero", {}, {0})}};
  EXPECT_EQ(text_of(parts), "ReLU Sum[ Conv2d(2, 3, padding=1) | ReLU Affine2d ]");
  EXPECT_EQ(parameters_of(parts), joined({kA, bias, bias, {0, 0}}));
}

TEST(OnnxTree, LeavesTheLayerBeforeAForkAlone) {
  const Parts parts{
      .nodes = {conv_of("x", "a", "p"), node("Add", {"p", "bias"}, {"q"}), concat({"p", "q"}, "y")},
      .initializers = {kFirst, tensor("bias", {2, 1, 1}, {1, 2})}};
  EXPECT_EQ(text_of(parts), "Conv2d(2, 3, padding=1, bias=False) Concat[ | Affine2d ]");
}

TEST(OnnxTree, TakesWhatIsBeforeAForkForTheNormalization) {
  const Parts parts{.nodes = {node("Sub", {"x", "m"}, {"h"}), node("Mul", {"h", "m"}, {"p"}),
                              concat({"h", "p"}, "y")},
                    .initializers = {tensor("m", {2, 1, 1}, {0.25f, 0.5f})}};
  EXPECT_EQ(text_of(parts), "Concat[ | Affine2d ]");
  EXPECT_EQ(read(parts).net.normalization(), (Normalization{{0.25f, 0.5f}, {1, 1}}));
}

TEST(OnnxTree, FlattensByComputedShapesInBranches) {
  const Names constants = {tensor("zero", {1}, {0}, onnx::kInt64),
                           tensor("rest", {1}, {-1}, onnx::kInt64)};
  Names nodes = {node("Relu", {"x"}, {"h"}), node("Tanh", {"h"}, {"t"})};
  for (const char* value : {"h", "t"}) {
    const std::string v = value;
    for (const std::string& n :
         {node("Shape", {v}, {v + "shape"}), node("Gather", {v + "shape", "zero"}, {v + "n"}),
          concat({v + "n", "rest"}, v + "to", 0), node("Reshape", {v, v + "to"}, {v + "flat"})}) {
      nodes.push_back(n);
    }
  }
  nodes.push_back(node("Add", {"tflat", "hflat"}, {"y"}));
  EXPECT_EQ(text_of({.nodes = nodes, .initializers = constants}),
            "ReLU Sum[ Tanh Flatten | Flatten ]");
}

TEST(OnnxTree, CastsBytesInEachBranch) {
  const Names casts = {integer("to", onnx::kFloat)};
  EXPECT_EQ(text_of({.nodes = {node("Cast", {"x"}, {"p"}, casts), node("Cast", {"x"}, {"q"}, casts),
                               node("Relu", {"q"}, {"r"}), node("Add", {"p", "r"}, {"y"})},
                     .inputs = {value("x", {-1, 2, 6, 6}, onnx::kUint8)}}),
            "Residual[ ReLU ]");
}

const Names kToFirst = {integers("perm", {0, 3, 1, 2})}, kToLast = {integers("perm", {0, 2, 3, 1})};

/// Of Keras: images "h" with their channels last, and "p", a Conv of them with the channels first.
Parts channels_last(const Names& more) {
  Parts parts{
      .nodes = {relu("x", "h"), node("Transpose", {"h"}, {"t"}, kToFirst), conv_of("t", "w", "p")},
      .initializers = {tensor("w", {3, 3, 3, 3}, numbers(81)),
                       tensor("m", {180, 2}, numbers(360, 4))},
      .inputs = {value("x", {-1, 6, 5, 3})}};
  parts.nodes.insert(parts.nodes.end(), more.begin(), more.end());
  return parts;
}

const std::string kLast = node("Transpose", {"p"}, {"q"}, kToLast);

TEST(OnnxTree, KeepsTheChannelsLastInBranches) {
  EXPECT_EQ(text_of(channels_last(
                {kLast, add("q", "h", "s"), node("Transpose", {"s"}, {"y"}, kToFirst)})),
            "ReLU Residual[ Conv2d(3, 3, padding=1, bias=False) ]");
  const Model model =
      read(channels_last({kLast, concat({"q", "h"}, "s", 3), node("Flatten", {"s"}, {"f"}),
                          node("MatMul", {"f", "m"}, {"y"})}));
  EXPECT_EQ(model.net.text(),
            "ReLU Concat[ Conv2d(3, 3, padding=1, bias=False) | ] Flatten Linear(2, bias=False)");
  Image image{3, 6, 5, numbers(90, 5)};
  const Floats pixels = image.values;
  for (float& v : image.values) v = std::max(v, 0.0f);
  const Pads pads{1, 1, 1, 1};
  const Image both{6, 6, 5,
                   joined({conv(image, numbers(81), {0, 0, 0}, 3, 1, pads).values, image.values})};
  expect_near(forward(model.net, pixels), dense(both.channels_last(), numbers(360, 4), {0, 0}));
}

struct Bad {
  const char* name;
  Parts parts;
  const char* message;
};

void PrintTo(const Bad& bad, std::ostream* out) { *out << bad.name; }

class OnnxTreeRefuses : public testing::TestWithParam<Bad> {};

TEST_P(OnnxTreeRefuses, AndSaysWhy) {
  const std::string message = refusal(GetParam().parts);
  EXPECT_TRUE(message.starts_with("m.onnx: ")) << message;
  EXPECT_TRUE(contains(message, GetParam().message)) << message;
}

const std::string kPool = node("GlobalAveragePool", {"x"}, {"pooled"});

INSTANTIATE_TEST_SUITE_P(
    Forms, OnnxTreeRefuses,
    testing::Values(
        Bad{"Crossing",
            {.nodes = {relu("x", "a"), relu("x", "b"), relu("a", "c"), add("c", "b", "s"),
                       add("s", "a", "y")}},
            "node \"n\" (\"Add\"): joins \"c\", a branch of \"a\", and \"b\", a branch of \"x\", "
            "while others of \"a\" go elsewhere"},
        Bad{"BranchesApart",
            {.nodes = {relu("x", "a"), relu("a", "b"), concat({"a", "x", "b"}, "y")}},
            "node \"n\" (\"Concat\"): takes branches of \"a\" before and behind"},
        Bad{"BranchWithoutEnd",
            {.nodes = {relu("x", "a"), node("Tanh", {"x"}, {"y"})}},
            "branches of \"x\" end at \"a\" and \"y\", want all to meet in an Add, Sum, Mul "
            "or Concat"},
        Bad{"ValueOfNoNode",
            {.nodes = {relu("x", "a"), add("a", "z", "y")}},
            "node \"n\" (\"Add\"): takes \"z\", which no node before it gives"},
        Bad{"MulOfTwo",
            {.nodes = {relu("x", "a"), node("Tanh", {"x"}, {"b"}), node("Mul", {"a", "b"}, {"y"})}},
            "node \"n\" (\"Mul\"): multiplies \"a\" by \"b\", want one of the two constant"},
        Bad{"MulByAnotherShape",
            {.nodes = {node("ReduceMean", {"x"}, {"a"}, {integers("axes", {2})}),
                       node("Mul", {"x", "a"}, {"y"})}},
            "node \"n\" (\"ReduceMean\")"},
        Bad{"SubOfTwo",
            {.nodes = {relu("x", "a"), node("Sub", {"x", "a"}, {"y"})}},
            "node \"n\" (\"Sub\"): reads two values, \"x\" and \"a\""},
        Bad{"SumWithAConstant",
            {.nodes = {relu("x", "a"), node("Sum", {"x", "a", "c"}, {"y"})},
             .initializers = {tensor("c", {}, {1})}},
            "node \"n\" (\"Sum\"): takes a constant beside the values \"x\" and \"a\""},
        Bad{"ConcatWithAConstant",
            {.nodes = {concat({"x", "c"}, "y")}, .initializers = {tensor("c", {1}, {1})}},
            "node \"n\" (\"Concat\"): puts a constant beside a value"},
        Bad{"SoftmaxInABranch",
            {.nodes = {node("Flatten", {"x"}, {"f"}), node("Softmax", {"f"}, {"s"}),
                       add("f", "s", "y")}},
            "node \"n\" (\"Softmax\"): in a branch of \"f\", want that at the end of all layers"}),
    [](const auto& bad) { return bad.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Values, OnnxTreeRefuses,
    testing::Values(
        Bad{"SumOfOtherChannels",
            {.nodes = {conv_of("x", "c", "p"), add("x", "p", "y")}, .initializers = {kThird}},
            "node \"n\" (\"Add\"): values of shapes (N, 2, 6, 6) and (N, 3, 6, 6), want equal "
            "ones"},
        Bad{"SumThatRepeats",
            {.nodes = {kPool, add("x", "pooled", "y")}},
            "node \"n\" (\"Add\"): values of shapes (N, 2, 6, 6) and (N, 2, 1, 1), one of them "
            "repeated"},
        Bad{"ConcatOfOtherSizes",
            {.nodes = {kPool, concat({"x", "pooled"}, "y")}},
            "node \"n\" (\"Concat\"): values of shapes (N, 2, 6, 6) and (N, 2, 1, 1), want equal "
            "ones but for the channels"},
        Bad{"ConcatOfHeights",
            {.nodes = {relu("x", "a"), concat({"x", "a"}, "y", -2)}},
            "node \"n\" (\"Concat\"): axis -2 of (N, 2, 6, 6), want the channels"},
        Bad{"ConcatOfImagesAndFeatures",
            {.nodes = {node("Flatten", {"x"}, {"f"}), concat({"x", "f"}, "y")}},
            "values of shapes (N, 2, 6, 6) and (N, 72)"},
        Bad{"ConcatOfMatrices",
            {.nodes = {relu("x", "a"), concat({"x", "a"}, "y")},
             .inputs = {value("x", {-1, 6, 5})}},
            "node \"n\" (\"Concat\"): axis 1 of (N, 6, 5), want the channels"},
        Bad{"PadBeforeAJoin",
            {.nodes = {node("Pad", {"x", "p"}, {"a"}), relu("x", "b"), add("a", "b", "y")},
             .initializers = {tensor("p", {8}, {0, 0, 1, 1, 0, 0, 1, 1}, onnx::kInt64)}},
            "values of shapes (N, 2, 8, 8) and (N, 2, 6, 6), want equal ones"},
        Bad{"BytesAndFloats",
            {.nodes = {node("Cast", {"x"}, {"a"}, {integer("to", onnx::kFloat)}),
                       add("x", "a", "y")},
             .inputs = {value("x", {-1, 2, 6, 6}, onnx::kUint8)}},
            "node \"n\" (\"Add\"): takes the input's bytes"},
        Bad{"TransposeInOneBranch", channels_last({add("h", "p", "y")}),
            "node \"n\" (\"Add\"): values of shapes (N, 6, 5, 3) and (N, 3, 6, 5), of which one "
            "has "
            "its channels last"},
        Bad{"ConcatOfFlattenedChannelsLast",
            channels_last({kLast, node("Flatten", {"q"}, {"f"}), node("Flatten", {"h"}, {"g"}),
                           concat({"f", "g"}, "y")}),
            "node \"n\" (\"Concat\"): images that were flattened with their channels last"}),
    [](const auto& bad) { return bad.param.name; });

}  // namespace
}  // namespace lenet
