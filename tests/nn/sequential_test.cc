#include "lenet/sequential.h"

#include "base/errors.h"
#include "lenet/layers.h"
#include "lenet/trainer.h"

namespace lenet {
namespace {

constexpr const char* kLeNet =
    "Conv2d(6, 5, padding=2) Sigmoid AvgPool2d(2) Conv2d(16, 5) Sigmoid AvgPool2d(2) Flatten "
    "Linear(120) Sigmoid Linear(84) Sigmoid Linear(10)";

Sequential built(const char* text, const Shape& input) {
  Sequential net = Sequential::parse(text);
  Generator generator;
  net.build(input, generator);
  return net;
}

std::string build_error(const char* text, const Shape& input) {
  return error_of(ErrorKind::kUsage, [&] { built(text, input); });
}

TEST(Sequential, WritesTheTextThatItParses) {
  for (const char* text :
       {kLeNet, "Flatten", "Conv2d(7, (3, 5), stride=(1, 2), padding=(1, 0), bias=False) ReLU Tanh",
        "MaxPool2d(3, stride=2, padding=1) AvgPool2d((2, 3), stride=(1, 2)) Linear(3, "
        "bias=False)"}) {
    EXPECT_EQ(Sequential::parse(text).text(), text);
  }
  EXPECT_EQ(make_lenet().text(), kLeNet);
}

TEST(Sequential, ParsesEveryWayToWriteALayer) {
  EXPECT_EQ(
      Sequential::parse("Conv2d(out_channels=6, kernel_size=5, padding=(2, 2), stride=1)").text(),
      "Conv2d(6, 5, padding=2)");
  EXPECT_EQ(
      Sequential::parse("AvgPool2d(kernel=2, stride=2), # comment\nLinear(3, bias=True)").text(),
      "AvgPool2d(2) Linear(3)");
}

TEST(Sequential, ParseShowsWhereATextIsWrong) {
  const auto message = [](const char* text) {
    return error_of(ErrorKind::kUsage, [&] { Sequential::parse(text); });
  };
  EXPECT_TRUE(contains(message("Flatten Dense(10)"), "unknown layer Dense"));
  EXPECT_TRUE(contains(message("Flatten Linear(0)"), "out_features is 0"));
  EXPECT_TRUE(contains(message("Conv2d(6, 0)"), "kernel_size is 0"));
  EXPECT_TRUE(contains(message("Conv2d(6, 5, stride=0)"), "stride is 0"));
  EXPECT_TRUE(contains(message("Conv2d(6, 5, padding=-1)"), "padding is -1"));
  EXPECT_TRUE(contains(message("MaxPool2d(3, padding=2)"), "at most half of the kernel"));
  EXPECT_TRUE(contains(message("Sigmoid(3)"), "one argument too many"));
}

TEST(Sequential, InfersTheShapesAndNamesTheParametersAsPyTorchDoes) {
  Sequential net = built(kLeNet, {1, 28, 28});
  const std::vector<Shape> shapes = {{6, 28, 28},  {6, 28, 28}, {6, 14, 14}, {16, 10, 10},
                                     {16, 10, 10}, {16, 5, 5},  {400},       {120},
                                     {120},        {84},        {84},        {10}};
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    EXPECT_EQ(net.output_shape(static_cast<std::int64_t>(i)), shapes[i]) << i;
  }
  const std::vector<std::pair<std::string, Shape>> parameters = {
      {"0.weight", {6, 1, 5, 5}}, {"0.bias", {6}},   {"3.weight", {16, 6, 5, 5}}, {"3.bias", {16}},
      {"7.weight", {120, 400}},   {"7.bias", {120}}, {"9.weight", {84, 120}},     {"9.bias", {84}},
      {"11.weight", {10, 84}},    {"11.bias", {10}}};
  const auto named = net.named_parameters();
  ASSERT_EQ(named.size(), parameters.size());
  const float* place = net.parameters().data();
  for (std::size_t i = 0; i < named.size(); ++i) {
    EXPECT_EQ(named[i].name, parameters[i].first);
    EXPECT_EQ(named[i].info.shape, parameters[i].second);
    EXPECT_EQ(named[i].values.data(), place) << named[i].name;  // one piece, in order
    place += named[i].values.size();
  }
  EXPECT_EQ(place - net.parameters().data(), 61706);
  EXPECT_EQ(net.parameters().size(), 61706u);
}

TEST(Sequential, RoundsSizesDownAsPyTorchDoes) {
  EXPECT_EQ(built("Conv2d(1, 3, stride=2)", {1, 8, 9}).output_shape(), (Shape{1, 3, 4}));
  EXPECT_EQ(built("MaxPool2d(2)", {4, 5, 7}).output_shape(), (Shape{4, 2, 3}));
  EXPECT_EQ(built("MaxPool2d(3, stride=2, padding=1)", {1, 6, 1}).output_shape(), (Shape{1, 3, 1}));
}

TEST(ShapeError, NamesTheLayerItsInputAndItsArguments) {
  for (const char* text : {"Conv2d(6, (5, 3), padding=(1, 0))", "AvgPool2d((5, 3), padding=(1, 0))",
                           "MaxPool2d((5, 3), padding=(1, 0))"}) {
    const std::string message = build_error(text, {2, 2, 9});
    for (const char* part : {text, "5x3", "2x2x9", "padding (1, 0)", "(4x9)"}) {
      EXPECT_TRUE(contains(message, part));
    }
  }
  EXPECT_TRUE(contains(build_error("Conv2d(1, 5)", {1, 9, 4}), "5x5 does not fit its input 1x9x4"));
  const std::string third = build_error("Conv2d(6, 5) AvgPool2d(2) Conv2d(16, 5)", {1, 12, 12});
  EXPECT_TRUE(contains(third, "Conv2d(16, 5)"));
  EXPECT_TRUE(contains(third, "6x4x4"));
}

TEST(ShapeError, SaysThatALinearWantsAFlattenAndAConvolutionAnImage) {
  const std::string linear = build_error("Linear(10)", {1, 28, 28});
  EXPECT_TRUE(contains(linear, "Linear(10)"));
  EXPECT_TRUE(contains(linear, "1x28x28"));
  EXPECT_TRUE(contains(linear, "Flatten"));
  for (const char* text : {"Flatten Conv2d(1, 3)", "Flatten MaxPool2d(2)"}) {
    EXPECT_TRUE(contains(build_error(text, {1, 28, 28}), "shape 784, want channels"));
  }
}

TEST(ShapeError, RefusesWhatWouldNotFitMemory) {
  EXPECT_TRUE(contains(build_error("Conv2d(1000000, 1)", {1, 28, 28}), "too large"));
  EXPECT_TRUE(contains(build_error("Flatten Linear(1000000) Linear(1000000)", {1, 28, 28}),
                       "Linear(1000000)"));
}

TEST(Sequential, IsNotBuiltAfterABuildThatFails) {
  Sequential net = built("Conv2d(2, 3) Conv2d(2, 5)", {1, 9, 9});
  Generator generator;
  error_of(ErrorKind::kUsage, [&] { net.build({1, 4, 4}, generator); });
  EXPECT_FALSE(net.built());
  error_of(ErrorKind::kUsage, [&] { forward(net, std::vector<float>(81)); });
  net.build({1, 9, 9}, generator);
  EXPECT_EQ(forward(net, std::vector<float>(81)).size(), 18u);
}

TEST(Sequential, IsNotBuiltAfterALayerIsAdded) {
  Sequential net = built("Flatten", {1, 4, 4});
  net.add(std::make_unique<Linear>(3));
  EXPECT_FALSE(net.built());
}

}  // namespace
}  // namespace lenet
