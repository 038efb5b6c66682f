// The layers beyond the chapter in the model text, and what they refuse.
#include <cmath>
#include <limits>

#include "base/errors.h"
#include "lenet/layers.h"
#include "lenet/sequential.h"

namespace lenet {
namespace {

TEST(LayerText, IsWhatItParsesTo) {
  for (const char* text :
       {"BatchNorm2d",
        "BatchNorm1d",
        "BatchNorm2d(eps=0.001, momentum=0.3)",
        "BatchNorm1d(momentum=0)",
        "BatchNorm2d(affine=False)",
        "BatchNorm1d(eps=1e-12)",
        "BatchNorm1d(eps=1e+20)",
        "Dropout(0.5)",
        "Dropout(0)",
        "Dropout(1)",
        "Dropout(0.1)",
        "LeakyReLU",
        "LeakyReLU(0.2)",
        "LeakyReLU(-1.5)",
        "LeakyReLU(1e-30)",
        "SiLU",
        "ScaledTanh",
        "Softplus",
        "ReLU6",
        "Hardsigmoid",
        "Hardswish",
        "ELU",
        "ELU(0.2)",
        "ELU(-1)",
        "Mish",
        "GELU",
        "GELU(approximate='tanh')",
        "PReLU",
        "PReLU(6)",
        "PReLU(6, init=0.1)",
        "PReLU(init=-1)",
        "Upsample(2)",
        "Upsample((2, 3))",
        "GroupNorm(2)",
        "GroupNorm(2, eps=0.01, affine=False)",
        "LayerNorm",
        "LayerNorm(eps=0.1, bias=False)",
        "LayerNorm(elementwise_affine=False)",
        "AvgPool2d(3, stride=2, padding=1, ceil_mode=True, count_include_pad=False)",
        "AdaptiveMaxPool2d((3, 4))",
        "AdaptiveAvgPool2d(1)",
        "ZeroPad2d(1)",
        "ZeroPad2d((0, 1, 2, 3))",
        "ZeroPad2d((1, 1, 0, 0))",
        "Conv2d(4, 2, padding='same')",
        "Conv2d(6, (3, 5), stride=2, padding=1, dilation=(2, 1), groups=3, "
        "bias=False)"}) {
    EXPECT_EQ(Sequential::parse(text).text(), text);
  }
}

TEST(LayerText, LeavesOutWhatIsUsual) {
  EXPECT_EQ(Sequential::parse("BatchNorm2d(eps=1e-5, momentum=0.1, affine=True)").text(),
            "BatchNorm2d");
  EXPECT_EQ(Sequential::parse("Dropout").text(), "Dropout(0.5)");
  EXPECT_EQ(Sequential::parse("Dropout(p=0.25)").text(), "Dropout(0.25)");
  EXPECT_EQ(Sequential::parse("LeakyReLU(negative_slope=0.01)").text(), "LeakyReLU");
  EXPECT_EQ(Sequential::parse("AdaptiveAvgPool2d(output_size=(1, 1))").text(),
            "AdaptiveAvgPool2d(1)");
}

TEST(LayerText, StaysTheSameWhenTheNetworkIsBuilt) {
  const char* text =
      "Conv2d(3, 2) BatchNorm2d LeakyReLU(0.1) AdaptiveAvgPool2d(1) Flatten Dropout(0.25) "
      "Linear(2) BatchNorm1d(affine=False) SiLU ScaledTanh";
  Sequential net = Sequential::parse(text);
  Generator generator;
  net.build({1, 6, 5}, generator);
  EXPECT_EQ(net.output_shape(3), (Shape{3, 1, 1}));
  EXPECT_EQ(net.text(), text);
  net.build({2, 9, 9}, generator);
  EXPECT_EQ(net.output_shape(3), (Shape{3, 1, 1}));
  EXPECT_EQ(net.text(), text);
}

/// The message with which a text is refused, up to the line that shows the place.
std::string refusal_of(const std::string& text) {
  const std::string message = error_of(ErrorKind::kUsage, [&] { Sequential::parse(text); });
  return message.substr(0, message.find('\n'));
}

TEST(LayerText, RefusesWrongArgumentsAndTellsWhere) {
  const std::pair<const char*, const char*> rows[] = {
      {"Dropout(1.5)", "line 1, column 1: p is 1.5, want a probability, 0 to 1"},
      {"Flatten\n Dropout(-0.1)", "line 2, column 2: p is -0.1, want a probability, 0 to 1"},
      {"Dropout(True)", "line 1, column 9: p is True, want a number"},
      {"Dropout(rate=0.5)", "line 1, column 9: unknown argument rate, want Dropout(p)"},
      {"LeakyReLU((1, 2))", "line 1, column 11: negative_slope is (1, 2), want a number"},
      {"LeakyReLU(1e300)", "line 1, column 1: negative_slope is 1e+300, want a finite float"},
      {"ReLU6(True)", "line 1, column 7: one argument too many, want ReLU6()"},
      {"ELU(1e300)", "line 1, column 1: alpha is 1e+300, want a finite float"},
      {"GELU('erf')", "line 1, column 1: approximate: want 'none' or 'tanh'"},
      {"SiLU(1)", "line 1, column 6: one argument too many, want SiLU()"},
      {"ScaledTanh(1)", "line 1, column 12: one argument too many, want ScaledTanh()"},
      {"Flatten BatchNorm1d(eps=0)", "line 1, column 9: eps is 0, want a number above 0"},
      {"BatchNorm2d(eps=-1)", "line 1, column 1: eps is -1, want a number above 0"},
      {"BatchNorm2d(momentum=1.5)", "line 1, column 1: momentum is 1.5, want 0 to 1"},
      {"BatchNorm2d(momentum=-1)", "line 1, column 1: momentum is -1, want 0 to 1"},
      {"BatchNorm2d(affine=0)", "line 1, column 13: affine is 0, want True or False"},
      {"BatchNorm2d(affine=True, gamma=1)",
       "line 1, column 26: unknown argument gamma, want BatchNorm2d(eps, momentum, affine)"},
      {"AdaptiveAvgPool2d",
       "line 1, column 1: no output_size, want AdaptiveAvgPool2d(output_size)"},
      {"AdaptiveAvgPool2d((1, 0))",
       "line 1, column 1: AdaptiveAvgPool2d((1, 0)): output_size is (1, 0), want 1 to 1048575"},
      {"AdaptiveAvgPool2d(1.5)",
       "line 1, column 19: output_size is 1.5, want an integer or a pair (h, w)"},
  };
  for (const auto& [text, message] : rows) {
    EXPECT_EQ(refusal_of(text), std::string("model text, ") + message);
  }
}

TEST(LayerText, RefusesInputsOfTheWrongShape) {
  const auto build_error = [](const char* text) {
    Sequential net = Sequential::parse(text);
    Generator generator;
    return error_of(ErrorKind::kUsage, [&] { net.build({2, 4, 3}, generator); });
  };
  EXPECT_TRUE(contains(build_error("BatchNorm1d"), "BatchNorm1d: input has shape 2x4x3"));
  EXPECT_TRUE(contains(build_error("Flatten BatchNorm2d"), "BatchNorm2d: input has shape 24"));
  EXPECT_TRUE(contains(build_error("Flatten AdaptiveAvgPool2d(1)"), "AdaptiveAvgPool2d(1)"));
}

TEST(Layers, RefuseConstantsThatAreNoNumbers) {
  const double nan = std::nan("");
  error_of(ErrorKind::kUsage, [&] { Dropout{nan}; });
  error_of(ErrorKind::kUsage, [&] { LeakyReLU{nan}; });
  error_of(ErrorKind::kUsage, [&] { LeakyReLU{std::numeric_limits<double>::infinity()}; });
  error_of(ErrorKind::kUsage, [&] { BatchNorm1d({.eps = nan}); });
  error_of(ErrorKind::kUsage, [&] { BatchNorm2d({.momentum = nan}); });
}

TEST(BatchNorm, NamesItsTensorsAsPyTorchDoesAndStartsThem) {
  Sequential net = Sequential::parse("Conv2d(3, 2) BatchNorm2d Flatten BatchNorm1d(affine=False)");
  Generator generator;
  net.build({1, 3, 2}, generator);
  std::vector<std::string> names;
  for (const auto& tensors : {net.named_parameters(), net.named_buffers()}) {
    for (const NamedParameter& t : tensors) {
      names.push_back(t.name + " " + to_string(t.info.shape));
      if (t.name.starts_with("0.")) continue;
      const bool ones = t.name.ends_with("weight") || t.name.ends_with("running_var");
      for (const float v : t.values) EXPECT_EQ(v, ones ? 1.0f : 0.0f) << t.name;
    }
  }
  EXPECT_EQ(names, (std::vector<std::string>{"0.weight 3x1x2x2", "0.bias 3", "1.weight 3",
                                             "1.bias 3", "1.running_mean 3", "1.running_var 3",
                                             "3.running_mean 6", "3.running_var 6"}));
}

}  // namespace
}  // namespace lenet
