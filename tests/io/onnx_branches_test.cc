// ONNX graphs with branches, as networks with Residual, Sum and Concat.
#include <gtest/gtest.h>

#include <algorithm>
#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>
#include <string>
#include <vector>

#include "base/errors.h"
#include "io/onnx_models.h"
#include "io/onnx_reference.h"
#include "lenet/onnx.h"
#include "lenet/trainer.h"
#include "train/beyond_nets.h"

namespace lenet {
namespace {

using namespace onnx_test;

/// A network with all its values away from those that layers begin with.
Model shaken(const std::string& text, const Shape& input) {
  Model model{Sequential::parse(text), {}};
  Generator generator(11);
  model.net.build(input, generator);
  for (const NamedParameter& p : model.net.named_parameters()) {
    if (p.info.kind != ParameterInfo::Kind::kWeight) generator.uniform(p.values, 0.5, 1.5);
  }
  for (const NamedParameter& b : model.net.named_buffers()) generator.uniform(b.values, 0.25, 0.75);
  return model;
}

/// The file as one of another writer: without what lenet says beside the graph.
std::string without_metadata(const std::string& bytes) {
  std::string rest;
  protozero::pbf_writer writer(rest);
  protozero::pbf_reader fields(bytes);
  while (fields.next()) {
    const auto tag = fields.tag();  // which is gone once its value is taken
    if (tag == f::model::kGraph || tag == f::model::kOpsetImport) {
      writer.add_message(tag, fields.get_view());
    } else {
      fields.skip();
    }
  }
  return rest;
}

struct Net {
  const char* name;
  const char* text;
  const char* read;  ///< without metadata
  Shape input = {2, 6, 6};
};

void PrintTo(const Net& net, std::ostream* out) { *out << net.name; }

class OnnxBranches : public testing::TestWithParam<Net> {};

TEST_P(OnnxBranches, ComeBack) {
  const Model model = shaken(GetParam().text, GetParam().input);
  const std::string bytes = serialise_onnx(model);
  const Floats image = numbers(element_count(GetParam().input));
  const Model whole = parse_onnx(bytes, "m.onnx");
  EXPECT_EQ(whole.net.text(), model.net.text());
  EXPECT_TRUE(std::ranges::equal(whole.net.parameters(), model.net.parameters()));
  EXPECT_TRUE(std::ranges::equal(whole.net.buffers(), model.net.buffers()));
  const Model read = parse_onnx(without_metadata(bytes), "m.onnx");
  EXPECT_EQ(read.net.text(), GetParam().read);
  EXPECT_EQ(forward(read.net, image), forward(model.net, image));
}

INSTANTIATE_TEST_SUITE_P(
    Nets, OnnxBranches,
    testing::Values(
        Net{"OfEveryForm",
            kGraphNet,
            "Conv2d(4, 3, padding=1) BatchNorm2d ReLU MaxPool2d(2) "
            "Residual[ Conv2d(4, 3, padding=1) BatchNorm2d ReLU Conv2d(4, 3, padding=1) "
            "BatchNorm2d ] ReLU "
            "Sum[ Conv2d(6, 3, stride=2, padding=1) BatchNorm2d ReLU Conv2d(6, 1) BatchNorm2d | "
            "Conv2d(6, 1, stride=2) BatchNorm2d ] ReLU "
            "Concat[ | Conv2d(3, 1) SiLU | MaxPool2d(3, stride=1, padding=1) ] "
            "AdaptiveAvgPool2d(1) Flatten Concat[ | Linear(5) Sigmoid ] Linear(4)",
            {1, 10, 9}},
        Net{"WithPoolings",
            "Concat[ MaxPool2d(2, ceil_mode=True) | AvgPool2d(2, ceil_mode=True) ] AvgPool2d(3, "
            "stride=1, padding=1, count_include_pad=False) AvgPool2d(3, stride=2, padding=1, "
            "ceil_mode=True) AdaptiveMaxPool2d(1)",
            "Concat[ MaxPool2d(2, ceil_mode=True) | AvgPool2d(2, ceil_mode=True) ] AvgPool2d(3, "
            "stride=1, padding=1, count_include_pad=False) AvgPool2d(3, stride=2, padding=1, "
            "ceil_mode=True) MaxPool2d(3)",
            {2, 9, 7}},
        Net{"WithNormalisationsOfEachImage",
            "Conv2d(4, 1) GroupNorm(2) Residual[ GroupNorm(4) ReLU ] GroupNorm(1, affine=False) "
            "LayerNorm Conv2d(2, 1) LayerNorm(bias=False) Flatten Linear(6) LayerNorm Linear(4) "
            "GroupNorm(2, affine=False)",
            "Conv2d(4, 1) GroupNorm(2) Residual[ GroupNorm(4) ReLU ] GroupNorm(1, affine=False) "
            "LayerNorm Conv2d(2, 1) LayerNorm(bias=False) Flatten Linear(6) LayerNorm Linear(4) "
            "GroupNorm(2, affine=False)"},
        Net{"WithGates",
            "Conv2d(4, 1) Scale[ AdaptiveAvgPool2d(1) Conv2d(2, 1) ReLU Conv2d(4, 1) Sigmoid ] "
            "Residual[ Scale[ AdaptiveAvgPool2d(1) Flatten Linear(4) Hardsigmoid ] ] Scale[ Tanh ]",
            "Conv2d(4, 1) Scale[ AdaptiveAvgPool2d(1) Conv2d(2, 1) ReLU Conv2d(4, 1) Sigmoid ] "
            "Residual[ Scale[ AdaptiveAvgPool2d(1) Flatten Linear(4) Hardsigmoid ] ] "
            "Scale[ Tanh ]"},
        Net{"WithSlopesAndLargerImages",
            "PReLU(2) Upsample((2, 1)) Concat[ PReLU | Upsample(1) ] Flatten PReLU Linear(3) "
            "PReLU(3)",
            "PReLU(2) Upsample((2, 1)) Concat[ PReLU | Upsample(1) ] Flatten PReLU Linear(3) "
            "PReLU(3)"},
        Net{"AtTheInput", "Sum[ Conv2d(2, 1) | | Affine2d ] Flatten",
            "Sum[ Conv2d(2, 1) | | Affine2d ] Flatten"},
        Net{"ThatAreAllTheValue", "ReLU Sum[ | ] Concat[ | | ] Flatten",
            "ReLU Sum[ | ] Concat[ | | ] Flatten"},
        Net{"ThatMeetOneByOne", "Concat[ Sum[ Conv2d(2, 1) ReLU | Tanh ] Sigmoid | Conv2d(3, 1) ]",
            "Concat[ Sum[ Conv2d(2, 1) ReLU | Tanh ] Sigmoid | Conv2d(3, 1) ]"},
        Net{"WithResidualsFirst", "Residual[ Residual[ Conv2d(2, 1) ] ] Sum[ Residual[ Tanh ] | ]",
            "Residual[ Residual[ Conv2d(2, 1) ] ] Residual[ Residual[ Tanh ] ]"},
        Net{"OfOneBranchAndGroups", "Sum[ [ ReLU Conv2d(2, 1) ] ] Concat[ [ [ Tanh ] ReLU ] | ]",
            "ReLU Conv2d(2, 1) Concat[ Tanh ReLU | ]"},
        Net{"OfActivationsOfSeveralNodes",
            "Concat[ SiLU | ScaledTanh | SiLU ScaledTanh | ] Flatten",
            "Concat[ SiLU | ScaledTanh | SiLU ScaledTanh | ] Flatten"},
        Net{"OfReLU6", "ReLU6 Concat[ ReLU6 | ] Flatten ReLU6",
            "ReLU6 Concat[ ReLU6 | ] Flatten ReLU6"},
        Net{"OfHardFunctions",
            "Concat[ Hardswish | Hardsigmoid | Hardswish Hardsigmoid | ] Flatten",
            "Concat[ Hardswish | Hardsigmoid | Hardswish Hardsigmoid | ] Flatten"},
        Net{"OfELU", "ELU(0.25) Concat[ ELU | ] Flatten ELU(-1.5)",
            "ELU(0.25) Concat[ ELU | ] Flatten ELU(-1.5)"},
        Net{"OfMish", "Mish Concat[ Mish | Softplus Tanh ] Flatten Mish",
            "Mish Concat[ Mish | Softplus Tanh ] Flatten Mish"},
        Net{"OfGELU",
            "GELU Concat[ GELU | GELU(approximate='tanh') | ] Flatten GELU(approximate='tanh')",
            "GELU Concat[ GELU | GELU(approximate='tanh') | ] Flatten GELU(approximate='tanh')"},
        Net{"ThatFlatten", "Concat[ Flatten | AdaptiveAvgPool2d(1) Flatten Linear(3) | Flatten ]",
            "Concat[ Flatten | AdaptiveAvgPool2d(1) Flatten Linear(3) | Flatten ]"},
        Net{"WithGroupsAndZeros",
            "ZeroPad2d((0, 1, 0, 1)) Conv2d(4, 3, stride=2, groups=2) Concat[ Conv2d(4, 3, "
            "padding=2, dilation=2, groups=4) | ZeroPad2d(1) ReLU Conv2d(2, 3) ] ZeroPad2d(2) "
            "Conv2d(3, 2, padding='same') ZeroPad2d((0, 0, 1, 0))",
            "ZeroPad2d((0, 1, 0, 1)) Conv2d(4, 3, stride=2, groups=2) Concat[ Conv2d(4, 3, "
            "padding=2, dilation=2, groups=4) | ZeroPad2d(1) ReLU Conv2d(2, 3) ] "
            "ZeroPad2d((0, 1, 0, 1)) Conv2d(3, 2, padding=2) ZeroPad2d((0, 0, 1, 0))"},
        Net{"WithDropout", "Residual[ Dropout Conv2d(2, 1) ] Concat[ Dropout | ReLU Dropout ]",
            "Residual[ Conv2d(2, 1) ] Concat[ | ReLU ]"}),
    [](const auto& net) { return net.param.name; });

TEST(OnnxBranchesOfLenet, KeepTheNormalizationBeforeThem) {
  Model model = shaken("Concat[ | Conv2d(3, 1) ] Flatten", {2, 6, 6});
  const Normalization normalization{{0.25f, 0.5f}, {0.5f, 2}};
  model.net.set_normalization(normalization);
  const std::string bytes = serialise_onnx(model);
  for (const std::string& file : {bytes, without_metadata(bytes)}) {
    EXPECT_EQ(parse_onnx(file, "m.onnx").net.normalization(), normalization);
  }
}

/// Layers of two channels by chance, with brackets in one another.
std::string random_layers(Generator& draw, int depth) {
  std::string text;
  for (std::uint32_t i = draw.next32() % 3 + (depth == 0 ? 1 : 0); i-- > 0;) {
    const std::uint32_t kind = draw.next32() % (depth < 4 ? 7 : 4);
    const char* const layers[] = {"Conv2d(2, 1) ", "SiLU ", "BatchNorm2d ", "ReLU "};
    if (kind < 4) {
      text += layers[kind];
      continue;
    }
    const std::string a = random_layers(draw, depth + 1), b = random_layers(draw, depth + 1);
    if (kind == 4) text += "Sum[ " + a + "| " + b + "] ";
    if (kind == 5) text += "Concat[ " + a + "| " + b + "] Conv2d(2, 3, padding=1) ";
    if (kind == 6) text += "Residual[ " + a + "Tanh " + b + "] ";
  }
  return text;
}

TEST(OnnxBranchesOfLenet, ComeBackHoweverTheyLieInOneAnother) {
  Generator draw(5);
  const Floats image = numbers(72);
  for (int i = 0; i < 200; ++i) {
    const Model model = shaken(random_layers(draw, 0), {2, 6, 6});
    SCOPED_TRACE(model.net.text());
    const std::string bytes = serialise_onnx(model);
    EXPECT_EQ(parse_onnx(bytes, "m.onnx").net.text(), model.net.text());
    const Model read = parse_onnx(without_metadata(bytes), "m.onnx");
    EXPECT_TRUE(std::ranges::equal(read.net.parameters(), model.net.parameters()));
    EXPECT_EQ(forward(read.net, image), forward(model.net, image));
  }
}

/// `depth` Residuals in one another.
std::string nested(int depth) {
  std::string text = "ReLU";
  for (int i = 0; i < depth; ++i) text = "Residual[ " + text + " ]";
  return text;
}

TEST(OnnxBranchesOfLenet, AreReadToADepthOf16) {
  const Model model = shaken(nested(16), {2, 6, 6});
  const std::string bytes = without_metadata(serialise_onnx(model));
  EXPECT_EQ(parse_onnx(bytes, "m.onnx").net.text(), nested(16));
}

/// So many times x + relu(x), one behind the other or each inside the next one.
Parts residuals(int count, bool inside) {
  Parts parts;
  std::string x = "x";
  for (int i = 0; i < count; ++i) {
    const std::string r = "r" + std::to_string(i), s = "s" + std::to_string(i);
    parts.nodes.push_back(relu(x, r));
    if (!inside) parts.nodes.push_back(add(x, r, s));
    x = inside ? r : s;
  }
  for (int i = count; inside && i-- > 0;) {
    const std::string s = "s" + std::to_string(i);
    parts.nodes.push_back(add(i > 0 ? "r" + std::to_string(i - 1) : "x", x, s));
    x = s;
  }
  parts.outputs = {value(x, {})};
  return parts;
}

TEST(OnnxBranchesInAFile, AreReadOrRefusedHoweverMany) {
  EXPECT_EQ(read(residuals(500, false)).net.size(), 500);
  EXPECT_TRUE(contains(refusal(residuals(1000, false)), "more than 1000 layers"));
  EXPECT_EQ(read(residuals(16, true)).net.size(), 1);
  for (const int depth : {17, 300, 8000}) {
    EXPECT_TRUE(contains(refusal(residuals(depth, true)),
                         depth < 1000 ? "more than 16 branches in one another" : "1000 layers"));
  }
}

TEST(OnnxBranchesInAFile, AreCountedInOneAnother) {  // x + (x + (x + ...))
  Parts parts;
  std::string sum = "x";
  for (int i = 0; i < 17; ++i) {
    parts.nodes.push_back(add("x", sum, "s" + std::to_string(i)));
    sum = "s" + std::to_string(i);
  }
  parts.outputs = {value(sum, {})};
  EXPECT_TRUE(contains(refusal(parts), "more than 16 branches in one another"));
}

}  // namespace
}  // namespace lenet
