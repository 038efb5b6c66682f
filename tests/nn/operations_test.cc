#include "nn/operations.h"

#include <gtest/gtest.h>

#include "base/errors.h"
#include "lenet/error.h"

namespace lenet {
namespace {

using Kind = Operation::Kind;

Sequential built(const char* text, const Shape& input) {
  Sequential net = Sequential::parse(text);
  Generator generator(3);
  net.build(input, generator);
  return net;
}

TEST(Operations, AreTheLayersInOrderWithoutDropout) {
  const auto operations = operations_of(
      built("Conv2d(3, (3, 5), stride=2, padding=(1, 2), bias=False) BatchNorm2d LeakyReLU(0.2) "
            "MaxPool2d(2, stride=1) AdaptiveAvgPool2d(1) Flatten Dropout Linear(4) Tanh",
            {2, 9, 8}));
  const std::vector<Kind> kinds = {Kind::kConv2d,    Kind::kBatchNorm, Kind::kLeakyReLU,
                                   Kind::kMaxPool2d, Kind::kAvgPool2d, Kind::kFlatten,
                                   Kind::kLinear,    Kind::kTanh};
  ASSERT_EQ(operations.size(), kinds.size());
  for (std::size_t i = 0; i < kinds.size(); ++i) EXPECT_EQ(operations[i].kind, kinds[i]) << i;
  EXPECT_EQ(operations[0].kernel, Size2d(3, 5));
  EXPECT_EQ(operations[0].stride, Size2d(2));
  EXPECT_EQ(operations[0].padding, Size2d(1, 2));
  EXPECT_EQ(operations[0].output, (Shape{3, 5, 4}));
  EXPECT_FLOAT_EQ(operations[2].slope, 0.2f);
  EXPECT_EQ(operations[3].stride, Size2d(1));
  EXPECT_EQ(operations[4].kernel, Size2d(4, 3));
  EXPECT_EQ(operations[6].name, "7");
}

TEST(Operations, HoldTheirTensors) {
  Sequential net =
      built("Conv2d(3, 3) BatchNorm2d(eps=0.5, affine=False) Flatten Linear(2)", {2, 3, 3});
  net.buffers()[4] = 7;
  const auto operations = operations_of(net);
  auto parameters = net.named_parameters();
  const auto same = [](const std::vector<float>& a, std::span<const float> b) {
    return std::vector<float>(b.begin(), b.end()) == a;
  };
  EXPECT_TRUE(same(operations[0].weight, parameters[0].values));
  EXPECT_TRUE(same(operations[0].bias, parameters[1].values));
  EXPECT_EQ(operations[1].weight, std::vector<float>(3, 1.0f));
  EXPECT_EQ(operations[1].mean, std::vector<float>(3, 0.0f));
  EXPECT_EQ(operations[1].variance, (std::vector<float>{1, 7, 1}));
  EXPECT_EQ(operations[1].eps, 0.5);
  EXPECT_TRUE(same(operations[3].weight, parameters[2].values));
  EXPECT_TRUE(same(operations[3].bias, parameters[3].values));
}

}  // namespace
}  // namespace lenet
