#include "lenet/quantize.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/errors.h"
#include "export/compiled.h"
#include "export/deployed.h"
#include "export/int8_weights.h"

namespace lenet {
namespace {

TEST(Affine8, SpansTheRangeAndHoldsZeroExactly) {
  const Affine8 a = Affine8::over({-1, 1.55f});
  EXPECT_NEAR(a.scale, 0.01, 1e-9);
  EXPECT_EQ(a.zero, -28);
  EXPECT_EQ(a.quantize(0), -28);
  EXPECT_EQ(a.quantize(-1), -128);
  EXPECT_EQ(a.quantize(1.55), 127);
  EXPECT_EQ(a.quantize(0.104), -18);
  EXPECT_EQ(a.quantize(1e30), 127);
  EXPECT_EQ(a.quantize(-1e30), -128);
}

TEST(Affine8, OfAnActivationThatIsAlwaysZero) {
  const Affine8 a = Affine8::over({});
  EXPECT_EQ(a.scale, 1.0 / 255);
  EXPECT_EQ(a.quantize(0), -128);  // so that saturation still is a ReLU
}

TEST(Rescaling, RoundsToTheNearestHalvesAwayFromZero) {
  const Rescaling half = Rescaling::by(0.5);
  EXPECT_EQ(half.apply(3, 0), 2);
  EXPECT_EQ(half.apply(-3, 0), -2);
  EXPECT_EQ(half.apply(4, 10), 12);
  EXPECT_EQ(half.apply(-4, 10), 8);
  EXPECT_EQ(half.apply(1000, 0), 127);
  EXPECT_EQ(half.apply(-1000, 0), -128);
}

TEST(Rescaling, OfAnyFactorIsWithinHalfAStep) {
  for (const double factor : {1e-9, 3.1e-5, 0.00390625, 0.1, 0.999999999999, 1.0, 1.7, 90.0}) {
    const Rescaling by = Rescaling::by(factor);
    for (const std::int32_t sum : {-2000000000, -70000, -1, 0, 1, 90, 4000, 1 << 30}) {
      const double exact = std::min(127.0, std::max(-128.0, sum * factor));
      EXPECT_NEAR(by.apply(sum, 0), exact, 0.5 + 1e-6) << sum << " * " << factor;
    }
  }
}

TEST(Rescaling, OfFactorsBeyondThirtyTwoBits) {
  constexpr std::int32_t kMost = std::numeric_limits<std::int32_t>::max();
  EXPECT_EQ(Rescaling::by(1e-30).apply(kMost, 5), 5);
  EXPECT_EQ(Rescaling::by(1e30).apply(1, 0), 127);
  EXPECT_EQ(Rescaling::by(1e30).apply(-1, 0), -128);
  EXPECT_EQ(Rescaling::by(1e30).apply(0, 7), 7);
}

/// One image of bytes 0 and 255: x = (0, 1).
Dataset black_and_white() {
  auto pixels = std::make_unique<std::uint8_t[]>(2);
  pixels[1] = 255;
  return {std::move(pixels), 0, {2, 1, 1}, {0}, 1};
}

TEST(QuantizedNetwork, OfALinearLayerByHand) {
  Sequential net = random_net("Flatten Linear(2)", {2, 1, 1});
  const std::vector<float> weight = {1.27f, -0.5f, 0.0f, 2.54f}, bias = {0.25f, -1};
  std::ranges::copy(weight, net.named_parameters()[0].values.begin());
  std::ranges::copy(bias, net.named_parameters()[1].values.begin());
  // A step of a weight is 0.01 in the first row and 0.02 in the second, that of a pixel 1 / 255.
  const Int8Weights integers(deployed_nodes(net).at(0), Affine8::over({0, 1}));
  EXPECT_EQ(integers.weight, (std::vector<std::int8_t>{127, -50, 0, 127}));
  EXPECT_EQ(integers.bias, (std::vector<std::int32_t>{6375, -12750}));
  EXPECT_EQ(integers.zero_in, -128);
  const QuantizedNetwork quantized(net, black_and_white());
  const std::uint8_t pixels[] = {102, 51};  // 0.4 and 0.2
  const std::vector<float> y = quantized.logits(pixels);
  EXPECT_NEAR(y[0], 0.4 * 1.27 - 0.2 * 0.5 + 0.25, 1e-5);
  EXPECT_NEAR(y[1], 0.2 * 2.54 - 1, 1e-5);
}

TEST(QuantizedNetwork, LargeBiasOnTinyWeightsFitsItsSum) {
  Sequential net = random_net("Flatten Linear(2)", {2, 1, 1});
  const std::vector<float> weight = {1e-20f, 0, 0, 0}, bias = {1000, -1000};
  std::ranges::copy(weight, net.named_parameters()[0].values.begin());
  std::ranges::copy(bias, net.named_parameters()[1].values.begin());
  const std::uint8_t pixels[] = {255, 255};
  const std::vector<float> y = QuantizedNetwork(net, black_and_white()).logits(pixels);
  EXPECT_NEAR(y[0], 1000, 1e-3);
  EXPECT_NEAR(y[1], -1000, 1e-3);
}

TEST(QuantizedNetwork, KeepsAReLUThatLetNothingPass) {
  Sequential net = random_net("Flatten Linear(1) ReLU Linear(1)", {2, 1, 1});
  std::ranges::copy(std::vector<float>{1, 1, -5, 1, 0.5f}, net.parameters().begin());
  const std::uint8_t pixels[] = {255, 255};
  EXPECT_NEAR(QuantizedNetwork(net, black_and_white()).logits(pixels)[0], 0.5, 2e-5);
}

TEST(QuantizedNetwork, RefusesImagesOfAnotherShape) {
  const Sequential net = random_net("Flatten Linear(2)", {2, 1, 1});
  const Dataset images = random_images({1, 3, 3}, 2);
  const auto quantize = [&] { QuantizedNetwork quantized(net, images); };
  EXPECT_TRUE(contains(error_of(ErrorKind::kUsage, quantize), "1x3x3"));
  const QuantizedNetwork quantized(net, black_and_white());
  const auto evaluate = [&] { evaluate_accuracy(quantized, images); };
  EXPECT_TRUE(contains(error_of(ErrorKind::kUsage, evaluate), "2x1x1"));
}

TEST(QuantizedNetwork, RefusesToCalibrateOnNothing) {
  const Sequential net = random_net("Flatten Linear(2)", {2, 1, 1});
  const auto quantize = [&] { QuantizedNetwork quantized(net, black_and_white(), 0); };
  EXPECT_TRUE(contains(error_of(ErrorKind::kUsage, quantize), "no images"));
}

TEST(QuantizedNetwork, RefusesSumsTooLongForThirtyTwoBits) {
  const Shape shape = {1, 183, 183};  // 33,489 products
  const auto quantize = [&] {
    QuantizedNetwork quantized(random_net("Flatten Linear(2)", shape), random_images(shape, 1));
  };
  EXPECT_TRUE(contains(error_of(ErrorKind::kUsage, quantize), "33489"));
}

TEST(QuantizedNetwork, RefusesActivationsThatAreNotFinite) {
  Sequential net = random_net("Flatten Linear(2) Linear(2)", {2, 1, 1});
  std::ranges::fill(net.parameters(), 3e38f);
  const auto quantize = [&] { QuantizedNetwork quantized(net, black_and_white()); };
  EXPECT_TRUE(contains(error_of(ErrorKind::kBadInput, quantize), "layer 1"));
}

}  // namespace
}  // namespace lenet
