// Containers: their text, names and shapes, and what they refuse.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/errors.h"
#include "lenet/containers.h"
#include "lenet/layers.h"
#include "nn/graph.h"
#include "nn/networks.h"

namespace lenet {
namespace {

std::vector<std::string> names_of(Sequential& net) {
  std::vector<std::string> names;
  for (const NamedParameter& p : net.named_parameters()) names.push_back(p.name);
  return names;
}

std::string refusal_of(const std::string& text, const Shape& input = {2, 6, 5}) {
  return error_of(ErrorKind::kUsage, [&] { built(text.c_str(), input); });
}

TEST(Containers, HaveTheNamesOfPyTorchsModules) {
  Sequential net = built(
      "Conv2d(4, 1) Residual[ Conv2d(4, 3, padding=1, bias=False) BatchNorm2d ] "
      "Sum[ Conv2d(3, 1) | [ Conv2d(3, 1, bias=False) ] ] Concat[ | Conv2d(1, 1, bias=False) ]",
      {2, 6, 5});
  EXPECT_EQ(names_of(net), (std::vector<std::string>{
                               "0.weight", "0.bias", "1.0.weight", "1.1.weight", "1.1.bias",
                               "2.0.0.weight", "2.0.0.bias", "2.1.0.0.weight", "3.1.0.weight"}));
  EXPECT_EQ(net.named_buffers()[0].name, "1.1.running_mean");
  EXPECT_EQ(net.output_shape(1), (Shape{4, 6, 5}));
  EXPECT_EQ(net.output_shape(2), (Shape{3, 6, 5}));
  EXPECT_EQ(net.output_shape(3), (Shape{4, 6, 5}));
}

TEST(Containers, SayTheirText) {
  const std::string text =
      "Residual[ Conv2d(2, 1) ReLU ] Sum[ Conv2d(3, 1) | Conv2d(3, 3, padding=1) ] "
      "Concat[ | [ Tanh ReLU ] | ] Tanh [ Flatten Linear(4) ]";
  EXPECT_EQ(Sequential::parse(text).text(), text);
  EXPECT_EQ(Sequential::parse("Residual[ReLU,Tanh],Sum [ReLU|]").text(),
            "Residual[ ReLU Tanh ] Sum[ ReLU | ]");
  EXPECT_EQ(Sequential::parse(Sequential(Tanh(), Sequential(ReLU())).text()).size(), 2);
}

TEST(Containers, ScaleByAnElementAChannelOrByTheInputsShape) {
  const std::string text = "Scale[ AdaptiveAvgPool2d(1) Conv2d(2, 1) Sigmoid ] Scale[ Tanh ]";
  EXPECT_EQ(Sequential::parse(text).text(), text);
  EXPECT_EQ(built(text.c_str(), {2, 6, 5}).output_shape(), (Shape{2, 6, 5}));
  EXPECT_EQ(built("Scale[ Flatten Linear(2) ]", {2, 6, 5}).output_shape(), (Shape{2, 6, 5}));
  EXPECT_EQ(built("Flatten Scale[ Linear(60) ]", {2, 6, 5}).output_shape(), (Shape{60}));
  EXPECT_EQ(Sequential(Scale(AdaptiveAvgPool2d(), Sigmoid())).text(),
            "Scale[ AdaptiveAvgPool2d(1) Sigmoid ]");
  EXPECT_TRUE(contains(refusal_of("Scale[ Conv2d(3, 1) ]"),
                       "layer 0, Scale[ ]: 0.* gives 3x6x5, and its input is 2x6x5; want one "
                       "element a channel, 2x1x1, or the input's shape"));
  EXPECT_TRUE(contains(refusal_of("Scale[ MaxPool2d(2) ]"), "0.* gives 2x3x2"));
  EXPECT_TRUE(contains(refusal_of("Scale[ ]"), "Scale[ ] is empty, want a layer in it"));
  EXPECT_TRUE(contains(refusal_of("Scale[ ReLU | Tanh ]"), "Scale[ ] of 2 branches, want one"));
}

TEST(Containers, AreWrittenInCxxAsInText) {
  const Conv2d::Options one{.out_channels = 2, .kernel = 1};
  const Sequential net(
      Conv2d(one), Residual(Conv2d(one), ReLU()), Residual(Residual(ReLU()), Sequential(Tanh())),
      Sum(Sequential(Conv2d(one)), Sequential()),
      Concat(Sequential(), Sequential(Conv2d(one), Tanh())), Sequential(Flatten(), Linear(3)));
  EXPECT_EQ(net.text(),
            "Conv2d(2, 1) Residual[ Conv2d(2, 1) ReLU ] Residual[ Residual[ ReLU ] [ Tanh ] ] "
            "Sum[ Conv2d(2, 1) | ] Concat[ | Conv2d(2, 1) Tanh ] [ Flatten Linear(3) ]");
}

TEST(Containers, MakeAGraph) {
  Sequential net = built("Residual[ ReLU ] [ Tanh Sum[ ReLU ] ] Concat[ | Flatten | ]", {4});
  const Graph graph = graph_of(net);
  std::vector<std::string> paths;
  std::vector<std::vector<std::int64_t>> inputs;
  for (const Node& node : graph.nodes) {
    paths.push_back(node.path);
    inputs.push_back(node.inputs);
  }
  EXPECT_EQ(paths, (std::vector<std::string>{"0.0", "0", "1.0", "1.1.0.0", "2.1.0", "2"}));
  EXPECT_EQ(inputs,
            (std::vector<std::vector<std::int64_t>>{{0}, {0, 1}, {2}, {3}, {4}, {4, 5, 4}}));
  EXPECT_EQ(graph.values.back(), (Shape{12}));
}

TEST(Containers, DrawTheWeightsOfTheirLayersInTheOrderOfTheText) {
  Sequential chain = built("Conv2d(2, 1) Conv2d(2, 3, padding=1) Conv2d(2, 1)", {2, 6, 5});
  Sequential net =
      built("Sum[ Conv2d(2, 1) | Residual[ Conv2d(2, 3, padding=1) ] ] Conv2d(2, 1)", {2, 6, 5});
  EXPECT_EQ(copy_of(net.parameters()), copy_of(chain.parameters()));
  Generator one(5), other(5);
  xavier_uniform(chain, one);
  xavier_uniform(net, other);
  EXPECT_EQ(copy_of(net.parameters()), copy_of(chain.parameters()));
}

TEST(Containers, RefuseShapesThatDoNotMeet) {
  EXPECT_EQ(refusal_of("ReLU Residual[ Conv2d(3, 1) ]"),
            "layer 1, Residual[ ]: the input gives 2x6x5 and 1.* gives 3x6x5; want equal shapes");
  EXPECT_EQ(refusal_of("Sum[ Conv2d(3, 1) | Sum[ Conv2d(3, 1) | Conv2d(3, 3) ] ]"),
            "layer 0.1.0, Sum[ ]: 0.1.0.0.* gives 3x6x5 and 0.1.0.1.* gives 3x4x3; want equal "
            "shapes");
  EXPECT_EQ(refusal_of("Concat[ | Conv2d(3, 1) | MaxPool2d(2) ]"),
            "layer 0, Concat[ ]: the input gives 2x6x5 and 0.2.* gives 2x3x2; want equal heights "
            "and widths");
  EXPECT_TRUE(contains(refusal_of("Concat[ | Flatten ]"), "2x6x5 and 0.1.* gives 60"));
  EXPECT_TRUE(contains(refusal_of("Residual[ ReLU Conv2d(3, 9) ]"), "layer 0.1, Conv2d(3, 9)"));
}

TEST(Containers, RefuseWhatHoldsNothingOrTooMuch) {
  const auto refusal = [](const auto& f) { return error_of(ErrorKind::kUsage, f); };
  EXPECT_EQ(refusal([] { Residual(); }), "Residual[ ] is empty, want a layer in it");
  EXPECT_EQ(refusal([] { Sum(Sequential{}); }), "Sum[ ] is empty, want a layer in it");
  EXPECT_EQ(refusal([] { Container::of(Container::Kind::kGroup, {}); }),
            "[ ] is empty, want a layer in it");
  EXPECT_NO_THROW(Sum(Sequential{}, Sequential{}));
  Sequential net(ReLU{});
  for (int depth = 0; depth < Container::kMaxDepth; ++depth) {
    Sequential outer;
    std::vector<Sequential> branch;
    branch.push_back(std::move(net));
    outer.add(Container::of(Container::Kind::kResidual, std::move(branch)));
    net = std::move(outer);
  }
  Generator generator;
  EXPECT_NO_THROW(net.build({3}, generator));
  Sequential deeper{std::move(net)};
  Sequential deepest(Tanh{}, std::move(deeper));
  EXPECT_TRUE(contains(refusal([&] { deepest.build({3}, generator); }),
                       "want at most 16 brackets in one another"));
}

/// Says that it is a sum, which needs more values than one.
class TwoInputs : public Layer {
 public:
  std::string text() const override { return "TwoInputs"; }
  Shape infer(const Shape& input) override { return input; }
  void forward(const ForwardPass&) const override {}
  void backward(const BackwardPass&) const override {}
  Operation operation() const override { return SumOp(); }
};

TEST(Containers, RefuseALayerOfYoursThatWantsSeveralValues) {
  Sequential net(Residual(TwoInputs{}));
  Generator generator;
  net.build({3}, generator);
  EXPECT_TRUE(contains(error_of(ErrorKind::kUsage, [&] { graph_of(net); }),
                       "layer 0.0, TwoInputs: a layer of your own reads one value"));
}

TEST(Containers, DoNotRunByThemselves) {
  const Residual residual{ReLU()};
  EXPECT_TRUE(contains(error_of(ErrorKind::kUsage, [&] { residual.forward({}); }),
                       "Residual[ ReLU ]: runs as a part of a network alone"));
}

}  // namespace
}  // namespace lenet
