#include "nn/inference.h"

#include <gtest/gtest.h>

#include "base/errors.h"
#include "lenet/error.h"

namespace lenet {
namespace {

Sequential built(const char* text, const Shape& input) {
  Sequential net = Sequential::parse(text);
  Generator generator(3);
  net.build(input, generator);
  return net;
}

TEST(InferenceNodes, AreTheLayersInOrderWithoutDropout) {
  const auto nodes = inference_nodes(
      built("Conv2d(3, (3, 5), stride=2, padding=(1, 2), bias=False) BatchNorm2d LeakyReLU(0.2) "
            "MaxPool2d(2, stride=1) AdaptiveAvgPool2d(1) Flatten Dropout Linear(4) Tanh",
            {2, 9, 8}));
  const std::vector<Operation> want = {
      Conv2dOp{{.kernel = {3, 5}, .stride = 2, .padding = Padding::both({1, 2})}, false},
      BatchNormOp{1e-5, 0.1},
      FunctionOp{{Function::Kind::kLeakyReLU, 0.2f}},
      MaxPool2dOp{{.kernel = 2, .stride = 1}},
      AvgPool2dOp{{.kernel = {4, 3}, .stride = {4, 3}}, {}},
      FlattenOp(),
      LinearOp(),
      FunctionOp{{Function::Kind::kTanh}}};
  ASSERT_EQ(nodes.size(), want.size());
  for (std::size_t i = 0; i < want.size(); ++i) EXPECT_TRUE(nodes[i].op == want[i]) << i;
  EXPECT_EQ(nodes[0].output, (Shape{3, 5, 4}));
  EXPECT_EQ(nodes[6].name, "7");
}

TEST(InferenceNodes, HoldTheirTensors) {
  Sequential net =
      built("Conv2d(3, 3) BatchNorm2d(eps=0.5, affine=False) Flatten Linear(2)", {2, 3, 3});
  net.buffers()[4] = 7;
  const auto nodes = inference_nodes(net);
  auto parameters = net.named_parameters();
  const auto same = [](const std::vector<float>& a, std::span<const float> b) {
    return std::vector<float>(b.begin(), b.end()) == a;
  };
  EXPECT_TRUE(same(nodes[0].weight, parameters[0].values));
  EXPECT_TRUE(same(nodes[0].bias, parameters[1].values));
  EXPECT_EQ(nodes[1].weight, std::vector<float>(3, 1.0f));
  EXPECT_EQ(nodes[1].mean, std::vector<float>(3, 0.0f));
  EXPECT_EQ(nodes[1].variance, (std::vector<float>{1, 7, 1}));
  EXPECT_TRUE(nodes[1].op == Operation(BatchNormOp{0.5, 0.1, false}));
  EXPECT_TRUE(same(nodes[3].weight, parameters[2].values));
  EXPECT_TRUE(same(nodes[3].bias, parameters[3].values));
}

}  // namespace
}  // namespace lenet
