// What lenet does not take of an ONNX file, and says so.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/errors.h"
#include "io/onnx_models.h"
#include "lenet/onnx.h"

namespace lenet {
namespace {

using namespace onnx_test;

std::string refusal(const std::string& bytes) {
  return error_of(ErrorKind::kBadInput, [&] { parse_onnx(bytes, "m.onnx"); });
}

const std::string kWeight = tensor("w", {3, 2, 3, 3}, std::vector<float>(54, 0.5f));
const std::string kMatrix = tensor("w", {72, 3}, std::vector<float>(216, 0.5f));
const std::string kFlatten = node("Flatten", {"x"}, {"flat"});

/// A Conv with a weight and these attributes.
Parts conv(const Names& attributes, const std::string& weight = kWeight) {
  return {.nodes = {node("Conv", {"x", "w"}, {"y"}, attributes)}, .initializers = {weight}};
}

Parts pool(const std::string& op, const Names& attributes) {
  return {.nodes = {node(op, {"x"}, {"y"}, attributes)}};
}

/// A layer of rows behind Flatten.
Parts rows(const std::string& last, const Names& initializers = {kMatrix}) {
  return {.nodes = {kFlatten, last}, .initializers = initializers};
}

TEST(OnnxModels, OfThisTestAreTakenAsTheyAre) {
  EXPECT_EQ(parse_onnx(model(conv({})), "m").net.text(), "Conv2d(3, 3, bias=False)");
  EXPECT_EQ(parse_onnx(model(rows(node("MatMul", {"flat", "w"}, {"y"}))), "m").net.text(),
            "Flatten Linear(3, bias=False)");
}

struct Bad {
  const char* name;
  Parts parts;
  const char* message;
};

void PrintTo(const Bad& bad, std::ostream* out) { *out << bad.name; }

class OnnxRefuses : public testing::TestWithParam<Bad> {};

TEST_P(OnnxRefuses, AndSaysWhy) {
  const std::string message = refusal(model(GetParam().parts));
  EXPECT_TRUE(message.starts_with("m.onnx: ")) << message;
  EXPECT_TRUE(contains(message, GetParam().message)) << message;
}

const Shape kHuge = {1 << 20, 2, 1 << 20, 1 << 20};

INSTANTIATE_TEST_SUITE_P(
    Graphs, OnnxRefuses,
    testing::Values(
        Bad{"OldOpset",
            {.nodes = {node("Relu", {"x"}, {"y"})}, .opset = 6},
            "opset 6, want 7 to 21"},
        Bad{"NewOpset", {.nodes = {node("Relu", {"x"}, {"y"})}, .opset = 22}, "opset 22"},
        Bad{"NoInput", {.nodes = {node("Relu", {"x"}, {"y"})}, .inputs = {}}, "no input"},
        Bad{"TwoInputs",
            {.nodes = {node("Relu", {"x"}, {"y"})},
             .inputs = {value("x", {1, 2}), value("z", {1, 2})}},
            "two inputs without a value"},
        Bad{"Integers",
            {.nodes = {node("Relu", {"x"}, {"y"})}, .inputs = {value("x", {1, 2}, onnx::kInt64)}},
            "element type 7, want float"},
        Bad{"FreeWidth",
            {.nodes = {node("Relu", {"x"}, {"y"})}, .inputs = {value("x", {1, 2, 4, -1})}},
            "shape [1, 2, 4, -1]"},
        Bad{"TwoOutputs",
            {.nodes = {node("Relu", {"x"}, {"y"})}, .outputs = {value("y", {}), value("x", {})}},
            "the graph has 2 outputs"},
        Bad{"AnotherOutput",
            {.nodes = {node("Relu", {"x"}, {"z"})}},
            "the layers end at \"z\", want them to end at the graph's output, \"y\""},
        Bad{"NothingInIt", {.nodes = {node("Identity", {"x"}, {"y"})}}, "no layer between"},
        Bad{"NameTwice",
            {.nodes = {node("Relu", {"x"}, {"a"}), node("Relu", {"a"}, {"x"})}},
            "\"x\" is defined twice"},
        Bad{"Branch",
            {.nodes = {node("Relu", {"x"}, {"a"}), node("Tanh", {"x"}, {"y"})}},
            "branches of \"x\" end at \"a\" and \"y\""},
        Bad{"ForeignDomain",
            {.nodes = {node("Relu", {"x"}, {"y"}, {}, "com.example")}},
            "of the domain \"com.example\""},
        Bad{"UnknownOperator",
            {.nodes = {node("LSTM", {"x"}, {"y"})}},
            "node \"n\" (\"LSTM\"): no layer"},
        Bad{"BehindSoftmax",
            {.nodes = {kFlatten, node("Softmax", {"flat"}, {"p"}), node("Relu", {"p"}, {"y"})}},
            "behind a Softmax"},
        Bad{"BehindLogSoftmax",
            {.nodes = {kFlatten, node("LogSoftmax", {"flat"}, {"p"}),
                       node("Softmax", {"p"}, {"y"})}},
            "behind a Softmax or LogSoftmax"},
        Bad{"NodeWithoutOutput", {.nodes = {node("Relu", {"x"}, {})}}, "no output"},
        Bad{"ConstantWithoutValue",
            {.nodes = {node("Constant", {}, {"c"})}},
            "want the attribute value"}),
    [](const auto& bad) { return bad.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Layers, OnnxRefuses,
    testing::Values(
        Bad{"Groups", conv({integer("group", 3)}), "group is 3, want a divisor of 2 channels"},
        Bad{"NegativeGroups", conv({integer("group", -2)}), "group is -2, want a divisor"},
        Bad{"WeightOfOneGroup", conv({integer("group", 2)}), "want [out, 1, height, width]"},
        Bad{"GroupsOfOutputs",
            conv({integer("group", 2)}, tensor("w", {3, 1, 3, 3}, std::vector<float>(27))),
            "groups is 2, want a divisor of the 3 output channels"},
        Bad{"Dilations", conv({integers("dilations", {0, 2})}), "dilations is [0, 2]"},
        Bad{"DilatedBeyondTheImage", conv({integers("dilations", {3, 3})}),
            "a window of 7x7 does not fit its input 2x6x6"},
        Bad{"DilationsOfAPooling",
            pool("MaxPool", {integers("kernel_shape", {2, 2}), integers("dilations", {2, 2})}),
            "dilations other than 1"},
        Bad{"KernelShape", conv({integers("kernel_shape", {5, 5})}), "kernel_shape is"},
        Bad{"UnevenPadding",
            pool("MaxPool", {integers("kernel_shape", {2, 2}), integers("pads", {0, 0, 1, 1})}),
            "pads come to [0, 0, 1, 1] in windows of 2, want the same padding on both sides of an "
            "axis"},
        Bad{"AutoPad", conv({text("auto_pad", "NEITHER")}), "auto_pad"},
        Bad{"NoWeight", {.nodes = {node("Conv", {"x"}, {"y"})}}, "no input 1, want its weight"},
        Bad{"FlatWeight", conv({}, tensor("w", {3, 18}, std::vector<float>(54))), "shape [3, 18]"},
        Bad{"OtherChannels", conv({}, tensor("w", {3, 1, 3, 3}, std::vector<float>(27))),
            "want [out, 2, height, width]"},
        Bad{"LargerThanTheImage", conv({}, tensor("w", {1, 2, 9, 9}, std::vector<float>(162))),
            "6"},
        Bad{"ConvOfRows", rows(node("Conv", {"flat", "w"}, {"y"})),
            "want (N, channels, height, width)"},
        Bad{"PoolWithoutKernel", pool("MaxPool", {}), "no kernel_shape"},
        Bad{"PaddingBeyondHalfTheWindow",
            pool("AveragePool", {integers("kernel_shape", {3, 3}), integers("pads", {2, 2, 2, 2})}),
            "at most half of the window"},
        Bad{"GemmOfImages",
            {.nodes = {node("Gemm", {"x", "w"}, {"y"})}, .initializers = {kMatrix}},
            "flatten it before"},
        Bad{"GemmTransposed", rows(node("Gemm", {"flat", "w"}, {"y"}, {integer("transA", 1)})),
            "transA=1"},
        Bad{"MatrixOfOtherRows",
            rows(node("MatMul", {"flat", "w"}, {"y"}),
                 {tensor("w", {71, 3}, std::vector<float>(213))}),
            "71"},
        Bad{"FlattenElsewhere",
            {.nodes = {node("Flatten", {"x"}, {"y"}, {integer("axis", 2)})}},
            "axis is 2, want 1"},
        Bad{"BatchNormInTraining",
            {.nodes = {node("BatchNormalization", {"x", "a", "a", "a", "a"}, {"y"},
                            {integer("training_mode", 1)})},
             .initializers = {tensor("a", {2}, {1, 1})}},
            "training_mode=1"},
        Bad{"NegativeVariance",
            {.nodes = {node("BatchNormalization", {"x", "a", "a", "a", "v"}, {"y"})},
             .initializers = {tensor("a", {2}, {1, 1}), tensor("v", {2}, {1, -1})}},
            "a variance below 0"},
        Bad{"SoftmaxOfImages",
            {.nodes = {node("Softmax", {"x"}, {"y"})}},
            "want axis 1 of (N, classes)"},
        Bad{"LogSoftmaxOfTheBatch", rows(node("LogSoftmax", {"flat"}, {"y"}, {integer("axis", 0)})),
            "axis 0 of (N, 72), want axis 1 of (N, classes)"},
        Bad{"MulOfImages",
            {.nodes = {node("Mul", {"x", "x"}, {"y"})}},
            "multiplies \"x\" by \"x\", want one of the two constant"},
        Bad{"FloatForInteger",
            {.nodes = {node("Flatten", {"x"}, {"y"}, {text("axis", "1")})}},
            "attribute axis"}),
    [](const auto& bad) { return bad.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Tensors, OnnxRefuses,
    testing::Values(
        Bad{"FewValues", conv({}, tensor("w", {3, 2, 3, 3}, {1, 2, 3})),
            "shape [3, 2, 3, 3] in 25 bytes (is the file cut off?)"},
        Bad{"ManyValues", conv({}, tensor("w", {1, 2, 1, 1}, {1, 2, 3})),
            "more values than its shape says"},
        Bad{"Infinite", conv({}, tensor("w", {1, 2, 1, 1}, {1, HUGE_VALF})),
            "value 1 is inf, want finite numbers"},
        Bad{"NegativeSize", conv({}, tensor("w", {3, 2, 3, -3}, {})), "shape [3, 2, 3, -3]"},
        Bad{"HugeSizes", conv({}, tensor("w", kHuge, {})), "want at most 2^29 values"},
        Bad{"SizesBeyond64Bits",
            conv({}, tensor("w", {std::numeric_limits<std::int64_t>::max(), 2, 3, 3}, {})), "2^29"},
        Bad{"WholeNumbers", conv({}, tensor("w", {1, 2, 1, 1}, {1, 2}, onnx::kInt64)),
            "element type 7, want float (1)"},
        Bad{"ShapeOfFloats",
            {.nodes = {node("Reshape", {"x", "s"}, {"y"})},
             .initializers = {tensor("s", {2}, {1, 72})}},
            "element type 1"}),
    [](const auto& bad) { return bad.param.name; });

TEST(OnnxRefusal, OfSparseInitializers) {
  std::string graph, bytes;
  protozero::pbf_writer(graph).add_message(f::graph::kSparse, kWeight);
  protozero::pbf_writer(bytes).add_message(f::model::kGraph, graph);
  EXPECT_TRUE(contains(refusal(bytes), "a sparse initializer, want dense ones"));
}

TEST(OnnxImport, RefusesAFileOfNoBytesByName) {
  EXPECT_TRUE(contains(error_of(ErrorKind::kBadInput, [] { parse_onnx("", "m.onnx"); }),
                       "m.onnx: an empty file, want ONNX"));
}

TEST(OnnxRefusal, OfAFileThatIsCutAnywhere) {
  const std::string whole = model(conv({}));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THROW(parse_onnx(std::string_view(whole).substr(0, size), "m"), Error) << size;
  }
}

TEST(OnnxRefusal, OfAnyFlippedBitIsClearIfItIsOne) {
  const std::string whole = model(conv({integer("group", 1)}));
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    try {
      parse_onnx(flipped, "m.onnx");  // most are other values of the same layers
    } catch (const Error& e) {
      EXPECT_TRUE(std::string(e.what()).starts_with("m.onnx: ")) << e.what();
    }
  }
}

TEST(OnnxRefusal, OfFieldsOfAnotherType) {
  std::string bytes;
  protozero::pbf_writer(bytes).add_int64(f::model::kGraph, 3);
  EXPECT_TRUE(contains(refusal(bytes), "another type than ONNX gives it"));
}

}  // namespace
}  // namespace lenet
