// The text of PyTorch: nn.Sequential as it is written, and as print(net) shows it.
#include <string>
#include <utility>
#include <vector>

#include "base/errors.h"
#include "lenet/sequential.h"

namespace lenet {
namespace {

const std::string kLeNet =
    "Conv2d(6, 5, padding=2) Sigmoid AvgPool2d(2) Conv2d(16, 5) Sigmoid AvgPool2d(2) Flatten "
    "Linear(120) Sigmoid Linear(84) Sigmoid Linear(10)";

std::string short_form(const std::string& text) { return Sequential::parse(text).text(); }

using Rows = std::vector<std::pair<std::string, std::string>>;

void expect_short_forms(const Rows& rows) {
  for (const auto& [text, wanted] : rows) EXPECT_EQ(short_form(text), wanted) << text;
}

/// The rows hold messages that building the network for images of 1x28x28 ends with, less the place
/// and the lines that show it.
void expect_refusals(const Rows& rows) {
  for (const auto& [text, wanted] : rows) {
    const std::string message = error_of(ErrorKind::kUsage, [&] {
      Generator generator;
      Sequential::parse(text).build({1, 28, 28}, generator);
    });
    EXPECT_TRUE(contains(message.substr(0, message.find('\n')), wanted)) << text << ": " << message;
  }
}

TEST(TorchText, OfTheChapterIsLeNet) {
  const std::string written =
      "net = nn.Sequential(\n"
      "    nn.Conv2d(1, 6, kernel_size=5, padding=2), nn.Sigmoid(),\n"
      "    nn.AvgPool2d(kernel_size=2, stride=2),\n"
      "    nn.Conv2d(6, 16, kernel_size=5), nn.Sigmoid(),\n"
      "    nn.AvgPool2d(kernel_size=2, stride=2),\n"
      "    nn.Flatten(),\n"
      "    nn.Linear(16 * 5 * 5, 120), nn.Sigmoid(),\n"
      "    nn.Linear(120, 84), nn.Sigmoid(),\n"
      "    nn.Linear(84, 10),  # logits\n"
      ")\n";
  const std::string lazy =
      "self.net = nn.Sequential(\n"
      "    nn.LazyConv2d(6, kernel_size=5, padding=2), nn.Sigmoid(),\n"
      "    nn.AvgPool2d(kernel_size=2, stride=2),\n"
      "    nn.LazyConv2d(16, kernel_size=5), nn.Sigmoid(),\n"
      "    nn.AvgPool2d(kernel_size=2, stride=2),\n"
      "    nn.Flatten(),\n"
      "    nn.LazyLinear(120), nn.Sigmoid(),\n"
      "    nn.LazyLinear(84), nn.Sigmoid(),\n"
      "    nn.LazyLinear(10))\n";
  const std::string printed =
      "LeNet(\n"
      "  (net): Sequential(\n"
      "    (0): Conv2d(1, 6, kernel_size=(5, 5), stride=(1, 1), padding=(2, 2))\n"
      "    (1): Sigmoid()\n"
      "    (2): AvgPool2d(kernel_size=2, stride=2, padding=0)\n"
      "    (3): LazyConv2d(0, 16, kernel_size=(5, 5), stride=(1, 1))\n"
      "    (4): Sigmoid()\n"
      "    (5): AvgPool2d(kernel_size=2, stride=2, padding=0)\n"
      "    (6): Flatten(start_dim=1, end_dim=-1)\n"
      "    (7): Linear(in_features=400, out_features=120, bias=True)\n"
      "    (8): Sigmoid()\n"
      "    (9): Linear(in_features=120, out_features=84, bias=True)\n"
      "    (10): Sigmoid()\n"
      "    (11): LazyLinear(in_features=0, out_features=10, bias=True)\n"
      "  )\n"
      ")\n";
  expect_short_forms({{written, kLeNet}, {lazy, kLeNet}, {printed, kLeNet}});
  expect_refusals({{written + "Tanh(1)", "one argument too many"}});
}

TEST(TorchText, HasPyTorchsArguments) {
  expect_short_forms({
      {"torch.nn.Conv2d(1, 6, 5, 2, 1, 1, 1, False, 'zeros', None, None)",
       "Conv2d(6, 5, stride=2, padding=1, bias=False)"},
      {"nn.Conv2d(1, 6, (3, 5), padding='same', dilation=(1, 1))",
       "Conv2d(6, (3, 5), padding=(1, 2))"},
      {"nn.Conv2d(1, 6, 4, padding=\"valid\")", "Conv2d(6, 4)"},
      {"nn.Conv2d(1, 6, 4, padding='same')", "Conv2d(6, 4, padding='same')"},
      {"nn.Conv2d(1, 6, 5, 1, 2, 3, 1)", "Conv2d(6, 5, padding=2, dilation=3)"},
      {"nn.ZeroPad2d((0, 1, 0, 1)) nn.Conv2d(1, 4, 3, groups=1)",
       "ZeroPad2d((0, 1, 0, 1)) Conv2d(4, 3)"},
      {"(0): ZeroPad2d((2, 2, 2, 2)) (1): Conv2d(1, 2, kernel_size=(3, 3), stride=(1, 1), "
       "dilation=(2, 2))",
       "ZeroPad2d(2) Conv2d(2, 3, dilation=2)"},
      {"(0): Conv2d(1, 6, kernel_size=(3, 3), stride=(1, 1), padding=same)",
       "Conv2d(6, 3, padding=1)"},
      {"nn.Linear(400, 120, False, dtype=None)", "Linear(120, bias=False)"},
      {"nn.BatchNorm2d(6, 1e-3, 0.2, False, True)",
       "BatchNorm2d(eps=0.001, momentum=0.2, affine=False)"},
      {"nn.LazyBatchNorm2d() nn.LazyBatchNorm1d(1e-5)", "BatchNorm2d BatchNorm1d"},
      {"(1): BatchNorm1d(6, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)",
       "BatchNorm1d"},
      {"(1): LazyBatchNorm2d(0, eps=1e-05, momentum=0.1, affine=True, track_running_stats=True)",
       "BatchNorm2d"},
      {"nn.PReLU() nn.PReLU(6, 0.1) nn.PReLU(num_parameters=6)",
       "PReLU PReLU(6, init=0.1) PReLU(6)"},
      {"nn.Upsample(scale_factor=2) nn.Upsample(None, (2, 3), 'nearest')",
       "Upsample(2) Upsample((2, 3))"},
      {"(1): Upsample(scale_factor=2.0, mode=nearest)", "Upsample(2)"},
      {"nn.GroupNorm(2, 6, 1e-3, False)", "GroupNorm(2, eps=0.001, affine=False)"},
      {"(1): GroupNorm(3, 6, eps=1e-05, affine=True)", "GroupNorm(3)"},
      {"nn.LayerNorm([6, 24, 24])", "LayerNorm"},
      {"nn.LayerNorm(84, bias=False)", "LayerNorm(bias=False)"},
      {"(1): LayerNorm((84,), eps=1e-05, elementwise_affine=True)", "LayerNorm"},
      {"nn.MaxPool2d(3, 2, 1, 1, False, False)", "MaxPool2d(3, stride=2, padding=1)"},
      {"nn.MaxPool2d(2, ceil_mode=True)", "MaxPool2d(2, ceil_mode=True)"},
      {"nn.AvgPool2d(3, 2, 1, True, False)",
       "AvgPool2d(3, stride=2, padding=1, ceil_mode=True, count_include_pad=False)"},
      {"nn.AdaptiveMaxPool2d((7, 5))", "AdaptiveMaxPool2d((7, 5))"},
      {"AdaptiveAvgPool2d(output_size=(6, 6))", "AdaptiveAvgPool2d(6)"},
      {"(2): MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)",
       "MaxPool2d(2)"},
      {"nn.AvgPool2d(2, None, 0, False, True, None)", "AvgPool2d(2)"},
      {"nn.AdaptiveAvgPool2d((1, 1)) nn.Flatten(1, -1)", "AdaptiveAvgPool2d(1) Flatten"},
      {"nn.ReLU(inplace=True) nn.SiLU(True) nn.LeakyReLU(0.2, True) nn.Dropout(0.1, inplace=False)",
       "ReLU SiLU LeakyReLU(0.2) Dropout(0.1)"},
      {"nn.ReLU6() nn.ReLU6(True) nn.ReLU6(inplace=True)", "ReLU6 ReLU6 ReLU6"},
      {"nn.Hardsigmoid() nn.Hardswish(inplace=True)", "Hardsigmoid Hardswish"},
      {"nn.ELU() nn.ELU(alpha=1.0) nn.ELU(0.5, True) nn.ELU(alpha=2, inplace=True)",
       "ELU ELU ELU(0.5) ELU(2)"},
      {"nn.Mish() nn.Mish(inplace=True)", "Mish Mish"},
      {"nn.GELU() nn.GELU(approximate='none') nn.GELU('tanh') nn.GELU(approximate='tanh')",
       "GELU GELU GELU(approximate='tanh') GELU(approximate='tanh')"},
      {"nn.Tanh(), Flatten, nn.Sequential(nn.Linear(6, 3))", "Tanh Flatten Linear(3)"},
  });
}

TEST(TorchText, IsCheckedAgainstTheShapeThatArrives) {
  expect_refusals({
      {"nn.Conv2d(3, 6, 5)", "nn.Conv2d(3, 6, 5): 3 input channels, but 1x28x28 arrives"},
      {"nn.Flatten(), nn.Linear(28 * 27, 10, bias=False)",
       "nn.Linear(756, 10, bias=False): 756 input features, but 784 arrive"},
      {"nn.BatchNorm2d(6)", "nn.BatchNorm2d(6): 6 input channels, but 1x28x28 arrives"},
      {"nn.Flatten() nn.BatchNorm1d(6, eps=0.1)",
       "nn.BatchNorm1d(6, eps=0.1): 6 input features, but 784 arrive"},
      {"(0): Conv2d(3, 6, kernel_size=(5, 5), stride=(1, 1))", "3 input channels, but 1x28x28"},
      {"nn.Conv2d(0, 6, 5)", "in_channels is 0, want 1 or more"},
      {"nn.Linear(-1, 6)", "in_features is -1, want 1 or more"},
  });
}

TEST(TorchText, OfWhatLenetDoesNotHaveIsRefused) {
  expect_refusals({
      {"nn.Conv2d(1, 6, 5, padding_mode='reflect')",
       "padding_mode is 'reflect', and lenet has no such layer: leave it out"},
      {"nn.Conv2d(1, 6, 5, device='cuda')", "device is 'cuda', and"},
      {"nn.Linear(784, 6, dtype=float64)", "dtype is float64, and"},
      {"nn.Conv2d(1, 6, 5, 2, 'same')", "want padding='same' with a stride of 1"},
      {"nn.Conv2d(1, 6, 5, groups=4)", "groups is 4, want a divisor of the 6 output channels"},
      {"nn.Conv2d(1, 6, 5, groups=3)",
       "groups is 3, want a divisor of the 1 channels of its input"},
      {"nn.Conv2d(1, 6, 5, dilation=0)", "dilation is 0, want 1 to"},
      {"nn.ZeroPad2d((1, 2))", "want an integer or four, (left, right, top, bottom)"},
      {"nn.ZeroPad2d(-1)", "padding is -1, want 0 to"},
      {"nn.Conv2d(1, 6, 5, padding='full')", "padding is 'full', want an integer or a pair (h, w)"},
      {"nn.MaxPool2d(2, ceil_mode=1)", "ceil_mode is 1, want True or False"},
      {"nn.MaxPool2d(2, return_indices=True)", "return_indices is True, and"},
      {"nn.MaxPool2d(2, dilation=(1, 2))", "dilation is (1, 2), and"},
      {"nn.MaxPool2d(2, count_include_pad=False)", "unknown argument count_include_pad"},
      {"nn.Upsample(scale_factor=1.5)", "scale_factor is 1.5, want a whole number"},
      {"nn.Upsample(scale_factor=2, mode='bilinear')", "mode is 'bilinear', and"},
      {"nn.Upsample((56, 56))", "size is (56, 56), and"},
      {"nn.PReLU(6)", "num_parameters is 6, want 1 or the 1 channels"},
      {"nn.GroupNorm(2, 4)", "num_channels is 4, but 1x28x28 arrives"},
      {"nn.GroupNorm(2, 1)", "num_groups is 2, want a divisor of the 1 channels"},
      {"nn.LayerNorm(28)", "normalized_shape is (28), but 1x28x28 arrives, want all of its sizes"},
      {"nn.LayerNorm([1, 28, 28], eps=0)", "eps is 0, want a number above 0"},
      {"nn.AdaptiveAvgPool2d(None)", "output_size is None, want an integer or a pair"},
      {"nn.AdaptiveMaxPool2d(0)", "output_size is 0, want 1 to"},
      {"nn.AvgPool2d(2, divisor_override=3)", "divisor_override is 3, and"},
      {"nn.BatchNorm2d(1, track_running_stats=False)", "track_running_stats is False, and"},
      {"nn.BatchNorm2d(1, momentum=None)", "momentum is None, want a number"},
      {"nn.Linear(784, 10, bias=None)", "bias is None, want True or False"},
      {"nn.ReLU(inplace=1)", "inplace is 1, want True or False"},
      {"nn.Flatten(0)", "start_dim is 0, and"},
      {"nn.Flatten(1, 2)", "end_dim is 2, and"},
      {"nn.Linear(10)", "no out_features, want nn.Linear(in_features, out_features, bias,"},
      {"nn.LazyLinear(10, 20)", "bias is 20, want True or False"},
      {"nn.Softmax(dim=1)", "nn.Softmax is part of the loss, leave it out"},
      {"nn.ScaledTanh()", "unknown layer nn.ScaledTanh, want nn.Conv2d, nn.LazyConv2d,"},
      {"LazyLinear(10)", "unknown layer LazyLinear, want Conv2d, ZeroPad2d,"},
  });
}

TEST(ShortText, ThatMayBePyTorchsIsRefusedWithTheRemedy) {
  const std::string leave = " is the number of inputs, leave it out, or write ";
  expect_refusals({
      {"Conv2d(1, 6, 5)",
       "5 would be stride, which goes by name, stride=5; if 1" + leave + "nn.Conv2d(1, 6, 5)"},
      {"Conv2d(1, 6, (5, 5), padding=2)", "if 1" + leave + "nn.Conv2d(1, 6, (5, 5), padding=2)"},
      {"Linear(784, 120)",
       "120 would be bias, which goes by name, bias=120; if 784" + leave + "nn.Linear(784, 120)"},
      {"BatchNorm2d(6)",
       "6 would be eps, which goes by name, eps=6; if 6" + leave + "nn.BatchNorm2d(6)"},
      {"Flatten BatchNorm1d(6, momentum=0.2)", "if 6" + leave + "nn.BatchNorm1d(6, momentum=0.2)"},
      {"Linear(10, False)", "False would be bias, which goes by name, bias=False"},
      {"BatchNorm2d(1e-3)", "1e-3 would be eps, which goes by name, eps=1e-3"},
  });
}

TEST(ShortText, OfAMisspeltLayerGetsTheLikelyOne) {
  expect_refusals({
      {"Conv2D(6, 5) Con2d(6)",
       "unknown layer Conv2D, did you mean Conv2d? want Conv2d, ZeroPad2d,"},
      {"Relu", "did you mean ReLU?"},
      {"MaxPol2d(2)", "did you mean MaxPool2d?"},
      {"nn.Batchnorm2d(1)", "unknown layer nn.Batchnorm2d, did you mean nn.BatchNorm2d? want nn."},
      {"Lineer(10)", "did you mean Linear?"},
      {"LSTM(10)", "unknown layer LSTM, want"},
  });
}

}  // namespace
}  // namespace lenet
