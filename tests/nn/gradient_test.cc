// Layers in networks: outputs, loss and every gradient against the reference in double.
#include <tuple>

#include "nn/networks.h"

namespace lenet {
namespace {

class Gradient : public testing::TestWithParam<const char*> {};

TEST_P(Gradient, IsThatOfTheReference) {
  Sequential net = Sequential::parse(GetParam());
  build_at_random(net, {2, 6, 5});
  expect_reference(net, reference::network_of(GetParam(), {2, 6, 5}));
}

// The first layer's weight gradient is what the gradient by the second one's input makes of it.
INSTANTIATE_TEST_SUITE_P(
    Conv2d, Gradient,
    testing::Values("Conv2d(3, 3) Flatten Linear(4)",
                    "Conv2d(4, 1) Conv2d(3, (3, 2), stride=(2, 1), padding=(1, 2)) Flatten "
                    "Linear(3)",
                    "Conv2d(3, 1) Conv2d(5, 3, stride=3, bias=False) Flatten Linear(3)",
                    "Conv2d(3, 1) Conv2d(2, 2, stride=(4, 3), padding=1) Flatten Linear(3)",
                    "Conv2d(2, 1) Conv2d(3, (1, 5), padding=(2, 4)) Flatten Linear(3)",
                    "Conv2d(17, 3) Conv2d(7, 2) Flatten Linear(3)",
                    "Conv2d(1, 3, padding=1) Conv2d(1, 3) Flatten Linear(2)",
                    "Conv2d(6, 3, padding=1, groups=2) Tanh Conv2d(6, 3, groups=6) Flatten "
                    "Linear(3)",
                    "Conv2d(4, 1) Conv2d(8, (3, 2), stride=2, groups=4, bias=False) Flatten "
                    "Linear(3)",
                    "Conv2d(4, 1) Conv2d(4, 5, stride=2, padding=2, groups=4) Flatten Linear(3)",
                    "Conv2d(3, 2, padding='same') Conv2d(2, 3, dilation=2, padding=(2, 1)) "
                    "Flatten Linear(3)",
                    "Conv2d(3, 1) ZeroPad2d((0, 1, 0, 1)) Conv2d(4, 3, stride=2) Flatten Linear(3)",
                    "ZeroPad2d((1, 0, 2, 0)) Conv2d(3, 1) Tanh ZeroPad2d(1) MaxPool2d(2) "
                    "ZeroPad2d((0, 0, 1, 0)) Flatten Linear(3)"));

INSTANTIATE_TEST_SUITE_P(
    Pooling, Gradient,
    testing::Values("Conv2d(3, 1) MaxPool2d(3, stride=2, padding=1) Flatten Linear(3)",
                    "Conv2d(3, 1) AvgPool2d((2, 3), stride=(1, 2), padding=1) Flatten Linear(3)",
                    "Conv2d(3, 1) MaxPool2d(2) Flatten Linear(3)",
                    "Conv2d(3, 1) AvgPool2d(2, stride=3) Flatten Linear(3)",
                    "Conv2d(3, 1) AvgPool2d((6, 5)) Flatten Linear(3)",
                    "MaxPool2d(2) Conv2d(3, 2) Flatten Linear(3)",
                    "AvgPool2d(3, stride=1, padding=1) Conv2d(3, 2) Flatten Linear(3)",
                    "Conv2d(3, 1) MaxPool2d(2) AvgPool2d(2) Flatten Linear(3)",
                    "Conv2d(3, 1) MaxPool2d(2, ceil_mode=True) Flatten Linear(3)",
                    "Conv2d(3, 1) Tanh AvgPool2d(2, ceil_mode=True) Flatten Linear(3)",
                    "Conv2d(3, 1) AvgPool2d(3, stride=2, padding=1, count_include_pad=False) "
                    "AvgPool2d(2, stride=1, padding=1, ceil_mode=True) Flatten Linear(3)"));

INSTANTIATE_TEST_SUITE_P(
    ActivationBeforePooling, Gradient,
    testing::Values("Conv2d(3, 1) Sigmoid AvgPool2d(2) Flatten Linear(3)",
                    "Conv2d(3, 1) Tanh MaxPool2d((2, 1)) Flatten Linear(3)",
                    "Conv2d(3, 1) ReLU AvgPool2d(2, stride=4) Flatten Linear(3)",
                    "Conv2d(3, 1) ReLU MaxPool2d(3, stride=1) Flatten Linear(3)",
                    "Conv2d(3, 1) Sigmoid AvgPool2d(2, padding=1) Flatten Linear(3)",
                    "Conv2d(3, 1) Sigmoid Tanh AvgPool2d(2) Flatten Linear(3)",
                    "Sigmoid AvgPool2d(2) Conv2d(2, 1) Flatten Linear(3)"));

INSTANTIATE_TEST_SUITE_P(
    Linear, Gradient,
    testing::Values("Flatten Linear(1) Tanh Linear(3)", "Flatten Linear(5, bias=False) Linear(3)",
                    "Flatten Linear(33) Tanh Linear(17) Tanh Linear(16) Tanh Linear(15) Linear(3)",
                    "Conv2d(3, 2) ReLU Flatten Linear(8) ReLU Linear(3, bias=False)"));

INSTANTIATE_TEST_SUITE_P(Activations, Gradient,
                         testing::Values("Sigmoid Conv2d(3, 2) Flatten Linear(3)",
                                         "Tanh Tanh Flatten Linear(3)", "Flatten Sigmoid Linear(3)",
                                         "Flatten ReLU Sigmoid Linear(4) Linear(3)",
                                         "Conv2d(3, 2) Sigmoid Flatten Tanh Linear(3)",
                                         "Flatten Linear(4) Tanh Sigmoid Tanh Linear(3)"));

INSTANTIATE_TEST_SUITE_P(LastLayers, Gradient,
                         testing::Values("Flatten Linear(4) Sigmoid", "Flatten Linear(4) Tanh Tanh",
                                         "Flatten Linear(4) ReLU", "Conv2d(3, (6, 5))",
                                         "Conv2d(3, 2) Flatten", "Conv2d(3, (6, 5)) Tanh",
                                         "Conv2d(3, 2) AvgPool2d((5, 4))",
                                         "Conv2d(3, 2) Sigmoid MaxPool2d((5, 4))",
                                         "Conv2d(3, (2, 5)) Sigmoid AvgPool2d((5, 1)) Flatten"));

// A Flatten changes nothing, wherever it stands.
INSTANTIATE_TEST_SUITE_P(FlattenLast, Gradient,
                         testing::Values("Conv2d(3, 2) Tanh Flatten",
                                         "Flatten Linear(4) Sigmoid Flatten",
                                         "Conv2d(3, 2) Sigmoid Tanh Flatten Flatten"));

}  // namespace
}  // namespace lenet
