// Networks that normalise over the batch, drop, or map by functions of their input: loss and every
// gradient against the reference in double.
#include <tuple>

#include "nn/networks.h"

namespace lenet {
namespace {

class MappedGradient : public testing::TestWithParam<const char*> {};

TEST_P(MappedGradient, IsThatOfTheReference) {
  Sequential net = Sequential::parse(GetParam());
  build_at_random(net, {2, 6, 5});
  expect_reference(net, reference::network_of(GetParam(), {2, 6, 5}));
}

INSTANTIATE_TEST_SUITE_P(
    Activations, MappedGradient,
    testing::Values("Conv2d(3, 2) LeakyReLU Flatten Linear(3)",
                    "LeakyReLU(0.3) Conv2d(3, 2) SiLU MaxPool2d(2) Flatten Linear(3)",
                    "Conv2d(3, 2) ScaledTanh AvgPool2d(2) Flatten Linear(4) SiLU Linear(3)",
                    "Conv2d(3, 2) Tanh LeakyReLU(-0.5) Sigmoid Flatten Linear(3) ScaledTanh",
                    "Flatten SiLU ScaledTanh LeakyReLU(0.1) Linear(3)",
                    "Conv2d(3, 2) Softplus MaxPool2d(2) Flatten Linear(4) Softplus Linear(3)",
                    "Conv2d(3, 2) ReLU6 MaxPool2d(2) Flatten Linear(4) ReLU6 Linear(3)",
                    "Conv2d(3, 2) Hardsigmoid MaxPool2d(2) Flatten Linear(4) Hardswish Linear(3)",
                    "Hardswish Conv2d(3, 2) Hardswish AvgPool2d(2) Flatten Linear(3) Hardsigmoid",
                    "Conv2d(3, 2) ELU MaxPool2d(2) Flatten Linear(4) ELU(0.3) Linear(3) ELU(-0.5)",
                    "Conv2d(3, 2) Mish MaxPool2d(2) Flatten Linear(4) Mish Linear(3)",
                    "Conv2d(3, 2) GELU MaxPool2d(2) Flatten Linear(4) GELU Linear(3)",
                    "Conv2d(3, 2) GELU(approximate='tanh') AvgPool2d(2) Flatten Linear(4) "
                    "GELU(approximate='tanh') Linear(3)",
                    "Flatten Linear(3) SiLU"));

INSTANTIATE_TEST_SUITE_P(
    WeighedAndRepeated, MappedGradient,
    testing::Values("Conv2d(4, 2) PReLU(4) MaxPool2d(2) PReLU Flatten Linear(6) PReLU(6) Linear(3)",
                    "PReLU(init=-0.5) Conv2d(3, 2) PReLU(3, init=0.1) Flatten Linear(3) PReLU",
                    "Conv2d(3, 3) Upsample(2) Conv2d(2, 2) Tanh Upsample((3, 1)) SiLU AvgPool2d(2) "
                    "Flatten Linear(3)",
                    "Upsample((1, 2)) Conv2d(2, 3) Flatten Linear(3)"));

INSTANTIATE_TEST_SUITE_P(
    GroupNorms, MappedGradient,
    testing::Values(
        "Conv2d(4, 2) GroupNorm(2) ReLU Flatten Linear(3)",
        "GroupNorm(1) Conv2d(6, 3) GroupNorm(3, eps=0.1) Tanh Flatten Linear(3)",
        "Conv2d(4, 3) Tanh GroupNorm(4) SiLU Flatten Linear(6) GroupNorm(2) Linear(3)",
        "Conv2d(4, 3) GroupNorm(2, affine=False) Sigmoid Flatten Linear(3)",
        "Conv2d(4, 3) LayerNorm ReLU MaxPool2d(2) Flatten Linear(5) LayerNorm(eps=0.1) "
        "Tanh Linear(3)",
        "LayerNorm(bias=False) Conv2d(2, 3) LayerNorm(elementwise_affine=False) Flatten "
        "Linear(3)"));

INSTANTIATE_TEST_SUITE_P(AdaptivePooling, MappedGradient,
                         testing::Values("Conv2d(4, 2) AdaptiveAvgPool2d(1) Flatten Linear(3)",
                                         "Conv2d(4, 2) Tanh AdaptiveAvgPool2d(1) Flatten Linear(3)",
                                         "Conv2d(4, 2) SiLU AdaptiveAvgPool2d(1) Flatten",
                                         "AdaptiveAvgPool2d(1) Conv2d(3, 1) Flatten Linear(3)",
                                         "Conv2d(3, 1) AdaptiveAvgPool2d((4, 2)) Flatten Linear(3)",
                                         "Conv2d(3, 1) Tanh AdaptiveAvgPool2d((3, 5)) Flatten "
                                         "Linear(3)",
                                         "Conv2d(3, 1) SiLU AdaptiveMaxPool2d((7, 3)) Flatten "
                                         "Linear(3)",
                                         "Conv2d(3, 1) AdaptiveMaxPool2d(1) Flatten"));

/// A model, and how many images its batch has.
class BatchNormGradient : public testing::TestWithParam<std::tuple<const char*, std::int64_t>> {};

// The gradient of a bias in front of a normalisation is 0 but for rounding: some epsilons of the
// gradients that it is the sum of, 1e-6 where those are of size 1.
TEST_P(BatchNormGradient, IsThatOfTheReferenceOverTheBatch) {
  const auto& [text, images] = GetParam();
  Sequential net = Sequential::parse(text);
  build_at_random(net, {2, 6, 5});
  const auto examples =
      random_examples(net.input_shape(), element_count(net.output_shape()), images);
  expect_reference_gradient(net, reference::network_of(text, {2, 6, 5}), examples,
                            {.batch_size = 40, .threads = 2}, 0.01);
}

INSTANTIATE_TEST_SUITE_P(
    Networks, BatchNormGradient,
    testing::Combine(
        testing::Values(
            "Conv2d(3, 3) BatchNorm2d Flatten Linear(3)",
            "BatchNorm2d Conv2d(3, 3) Flatten Linear(3)",
            "BatchNorm2d BatchNorm2d(eps=0.01) Flatten Linear(3)",
            "Conv2d(3, 3) Tanh BatchNorm2d(eps=0.1, affine=False) Sigmoid "
            "MaxPool2d(2) Flatten Linear(3)",
            "Conv2d(3, 3) BatchNorm2d Tanh AvgPool2d(2) Conv2d(4, (2, 1)) BatchNorm2d SiLU "
            "AdaptiveAvgPool2d(1) Flatten Linear(3)",
            "Flatten Linear(5) BatchNorm1d ScaledTanh Linear(4) BatchNorm1d Linear(3)",
            "Flatten Linear(5) Tanh BatchNorm1d Tanh BatchNorm1d(affine=False) "
            "LeakyReLU(0.2) Linear(3)",
            "Flatten BatchNorm1d Linear(3)", "Flatten Linear(3) BatchNorm1d",
            "Conv2d(3, (6, 5)) BatchNorm2d Tanh"),
        testing::Values(3, 16, 19, 33)));

// The references below name the stage that each Dropout has in the plan: Flatten makes none, nor
// does an activation that rides on the layer before it.
TEST(DropoutGradient, IsThatOfTheReferenceWithTheSameDraws) {
  constexpr std::uint64_t kSeed = 0x700000005;
  Sequential net =
      Sequential::parse("Flatten Linear(9) Tanh Dropout(0.3) Linear(6) Dropout Linear(3)");
  build_at_random(net, {2, 3, 3});
  using namespace reference;
  const Network reference = {linear_layer(18, 9, true),    activation_layer(Function::Kind::kTanh),
                             dropout_layer(0.3, kSeed, 1), linear_layer(9, 6, true),
                             dropout_layer(0.5, kSeed, 3), linear_layer(6, 3, true)};
  expect_reference_gradient(net, reference, random_examples({2, 3, 3}, 3, 35),
                            {.batch_size = 40, .threads = 2, .seed = kSeed});
}

TEST(DropoutGradient, IsThatOfTheReferenceBetweenNormalisations) {
  Sequential net = Sequential::parse(
      "Dropout(0.25) Flatten Linear(7) BatchNorm1d Tanh Dropout(0.4) Linear(5) BatchNorm1d "
      "Dropout(0.1) Linear(3)");
  build_at_random(net, {2, 3, 3});
  using namespace reference;
  const Network reference = {dropout_layer(0.25, 9, 0),   linear_layer(18, 7, true),
                             batch_norm_layer({7}, true), activation_layer(Function::Kind::kTanh),
                             dropout_layer(0.4, 9, 3),    linear_layer(7, 5, true),
                             batch_norm_layer({5}, true), dropout_layer(0.1, 9, 6),
                             linear_layer(5, 3, true)};
  expect_reference_gradient(net, reference, random_examples({2, 3, 3}, 3, 35),
                            {.batch_size = 40, .threads = 2, .seed = 9}, 0.01);
}

TEST(DropoutGradient, OfABatchOfSeveralMicroBatchesDrawsForEachImage) {
  constexpr std::int64_t kImages = 1300;  // 82 packs, 64 a micro-batch
  Sequential net = Sequential::parse("Flatten Linear(4) Dropout(0.3) Linear(3)");
  build_at_random(net, {1, 2, 2});
  using namespace reference;
  const Network reference = {linear_layer(4, 4, true), dropout_layer(0.3, 1, 1),
                             linear_layer(4, 3, true)};
  expect_reference_gradient(net, reference, random_examples({1, 2, 2}, 3, kImages),
                            {.batch_size = kImages, .threads = 2, .seed = 1});
}

}  // namespace
}  // namespace lenet
