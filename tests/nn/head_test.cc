// The end of a network for other classes.
#include "lenet/head.h"

#include "base/errors.h"
#include "nn/networks.h"

namespace lenet {
namespace {

TEST(Head, IsTheLastLinear) {
  EXPECT_EQ(head_of(Sequential::parse("Flatten Linear(4) ReLU Linear(3)")), 3);
  EXPECT_EQ(head_of(Sequential::parse("Flatten Linear(4) ReLU Linear(3) Dropout(0.1) Flatten")), 3);
  EXPECT_EQ(head_parameters(Sequential::parse("Flatten Linear(3) Tanh")),
            (std::vector<std::string>{"1.weight", "1.bias"}));
  EXPECT_EQ(head_parameters(Sequential::parse("Flatten Linear(3, bias=False)")),
            std::vector<std::string>{"1.weight"});
}

TEST(Head, IsNowhereInANetworkThatEndsOtherwise) {
  for (const char* text :
       {"Conv2d(3, 2) AdaptiveAvgPool2d(1) Flatten", "Flatten", "Flatten Linear(3) BatchNorm1d",
        "Flatten Linear(4) Linear(3) BatchNorm1d(affine=False)"}) {
    const std::string message =
        error_of(ErrorKind::kUsage, [&] { head_of(Sequential::parse(text)); });
    EXPECT_TRUE(contains(message, text)) << message;
  }
}

TEST(Head, IsReplacedByOneOfOtherOutputs) {
  const auto text = [](const char* of, std::int64_t classes) {
    return with_new_head(Sequential::parse(of), classes).text();
  };
  EXPECT_EQ(text("Conv2d(3, 2) ReLU Flatten Linear(10)", 3), "Conv2d(3, 2) ReLU Flatten Linear(3)");
  EXPECT_EQ(text("Flatten Linear(4) Linear(10, bias=False) Sigmoid", 27),
            "Flatten Linear(4) Linear(27, bias=False) Sigmoid");
  EXPECT_THROW(text("Flatten Linear(4)", 0), Error);
}

TEST(Head, InAnotherOrderGivesTheSameOutputsInThatOrder) {
  for (const char* text :
       {"Flatten Linear(5) Tanh Linear(4)", "Flatten Linear(4, bias=False) Tanh"}) {
    Sequential net = built(text, {1, 3, 3});
    const std::vector<float> image = random_examples({1, 3, 3}, 2, 1).values;
    const std::vector<float> before = forward(net, image);
    reorder_outputs(net, std::vector<Label>{2, 0, 3, 1});
    EXPECT_EQ(forward(net, image),
              (std::vector<float>{before[2], before[0], before[3], before[1]}));
  }
}

TEST(Head, TakesEachOutputOnce) {
  Sequential net = built("Flatten Linear(3)", {1, 2, 2});
  const std::vector<float> before = copy_of(net.parameters());
  for (const std::vector<Label>& order :
       std::vector<std::vector<Label>>{{}, {0, 1}, {0, 1, 1}, {0, 1, 3}, {0, 1, 2, 2}}) {
    EXPECT_THROW(reorder_outputs(net, order), Error);
    EXPECT_EQ(copy_of(net.parameters()), before);
  }
}

}  // namespace
}  // namespace lenet
