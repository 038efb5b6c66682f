// The text; tests/interop/pytorch_modules.py gives it to PyTorch.
#include <gtest/gtest.h>

#include "base/errors.h"
#include "export/compiled.h"
#include "lenet/pytorch.h"

namespace lenet {
namespace {

std::string module_of(const char* text, const Shape& input) {
  return pytorch_module({random_net(text, input), {}});
}

TEST(PyTorchModule, BuildsTheLayersWithTheirInputs) {
  const std::string text = module_of(
      "Conv2d(3, (3, 5), stride=2, padding=(1, 2), bias=False) LeakyReLU(0.5) MaxPool2d(2) "
      "BatchNorm2d(eps=0.5, affine=False) Flatten BatchNorm1d Linear(4)",
      {2, 9, 8});
  EXPECT_TRUE(contains(text,
                       "net = nn.Sequential(\n"
                       "    nn.Conv2d(2, 3, kernel_size=(3, 5), stride=2, padding=(1, 2), "
                       "bias=False),\n"
                       "    nn.LeakyReLU(0.5),\n"
                       "    nn.MaxPool2d(2),\n"
                       "    nn.BatchNorm2d(3, eps=0.5, momentum=0.1, affine=False),\n"
                       "    nn.Flatten(),\n"
                       "    nn.BatchNorm1d(12, eps=1e-05, momentum=0.1),\n"
                       "    nn.Linear(12, 4),\n"
                       ")\n"));
  EXPECT_TRUE(contains(text, "return pixels / 255\n"));
  EXPECT_FALSE(text.find("class ") != text.npos);
}

TEST(PyTorchModule, HasSlopesAndLargerImages) {
  const std::string text =
      module_of("Conv2d(4, 2) PReLU(4) Upsample((2, 1)) PReLU(init=0.5)", {1, 3, 4});
  EXPECT_TRUE(contains(text,
                       "    nn.PReLU(4),\n"
                       "    nn.Upsample(scale_factor=(2, 1)),\n"
                       "    nn.PReLU(init=0.5),\n"));
}

TEST(PyTorchModule, HasNormalisationsOfEachImage) {
  const std::string text = module_of(
      "Conv2d(4, 2) GroupNorm(2, affine=False) LayerNorm Flatten LayerNorm(eps=0.5, bias=False)",
      {1, 3, 4});
  EXPECT_TRUE(contains(text,
                       "    nn.GroupNorm(2, 4, eps=1e-05, affine=False),\n"
                       "    nn.LayerNorm([4, 2, 3], eps=1e-05),\n"
                       "    nn.Flatten(),\n"
                       "    nn.LayerNorm([24], eps=0.5, bias=False),\n"));
}

TEST(PyTorchModule, HasGroupsDilationAndZeros) {
  const std::string text = module_of(
      "ZeroPad2d((0, 1, 2, 3)) Conv2d(4, 2, padding='same', groups=2) Conv2d(3, 3, dilation=(2, "
      "1))",
      {2, 9, 8});
  EXPECT_TRUE(contains(text,
                       "    nn.ZeroPad2d((0, 1, 2, 3)),\n"
                       "    nn.Conv2d(2, 4, kernel_size=2, stride=1, padding='same', groups=2),\n"
                       "    nn.Conv2d(4, 3, kernel_size=3, stride=1, dilation=(2, 1)),\n"));
}

TEST(PyTorchModule, HasTheNumbersOfFunctions) {
  EXPECT_TRUE(contains(module_of("ELU ELU(0.5) Hardswish ReLU6 GELU GELU(approximate='tanh')", {3}),
                       "    nn.ELU(1),\n"
                       "    nn.ELU(0.5),\n"
                       "    nn.Hardswish(),\n"
                       "    nn.ReLU6(),\n"
                       "    nn.GELU(),\n"
                       "    nn.GELU(approximate='tanh'),\n"));
}

TEST(PyTorchModule, DefinesTheContainersThatItUses) {
  const std::string text = module_of("Residual[ Sum[ Linear(3) | ] ] [ ReLU ]", {3});
  EXPECT_TRUE(contains(text,
                       "    Residual(\n"
                       "        Sum(\n"
                       "            nn.Sequential(\n"
                       "                nn.Linear(3, 3),\n"
                       "            ),\n"
                       "            nn.Sequential(),\n"
                       "        ),\n"
                       "    ),\n"
                       "    nn.Sequential(\n"
                       "        nn.ReLU(),\n"
                       "    ),\n"));
  EXPECT_TRUE(contains(text, "class Residual(nn.Sequential):"));
  EXPECT_TRUE(contains(text, "class Sum(nn.Sequential):"));
  EXPECT_FALSE(text.find("class Concat") != text.npos);
}

TEST(PyTorchModule, NormalisesBytes) {
  Sequential net = random_net("Flatten Linear(2)", {2, 3, 3});
  net.set_normalization({.mean = {0.25f, 0.5f}, .deviation = {0.5f, 1}});
  EXPECT_TRUE(contains(pytorch_module({std::move(net), {}}),
                       "    mean = torch.tensor([0.25, 0.5])[:, None, None]\n"
                       "    deviation = torch.tensor([0.5, 1])[:, None, None]\n"));
}

TEST(PyTorchModule, TakesTheNumbersOfImagesOfFloatsAsTheyAre) {
  Model model{random_net("Flatten Linear(3)", {1, 2, 2}), {}, {.float_images = true}};
  EXPECT_TRUE(contains(pytorch_module(model), "Of numbers (N, channels, height, width)"));
  EXPECT_TRUE(contains(pytorch_module(model), "    return pixels\n"));
  model.net.set_normalization({.mean = {3}, .deviation = {2}});
  EXPECT_TRUE(contains(pytorch_module(model), "    return (pixels - mean) / deviation\n"));
}

}  // namespace
}  // namespace lenet
