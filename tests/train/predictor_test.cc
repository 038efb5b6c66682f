#include "lenet/predictor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/errors.h"
#include "lenet/random.h"
#include "lenet/trainer.h"

namespace lenet {
namespace {

/// Softmax in double of what the network gives for the image as part of a batch.
std::vector<double> softmax_in_a_batch(const Sequential& net,
                                       const std::vector<std::uint8_t>& pixels) {
  const Normalization& n = net.normalization();
  const std::size_t plane = pixels.size() / std::max<std::size_t>(1, n.mean.size());
  std::vector<float> x;
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    x.push_back(static_cast<float>(pixels[i]) / 255.0f);
    if (!n.mean.empty()) x[i] = (x[i] - n.mean[i / plane]) / n.deviation[i / plane];
  }
  std::vector<double> p;
  for (const float y : forward(net, x, 1)) p.push_back(std::exp(static_cast<double>(y)));
  const double sum = std::accumulate(p.begin(), p.end(), 0.0);
  for (double& v : p) v /= sum;
  return p;
}

/// Of three images that the generator draws.
void expect_probabilities_of_the_batch_path(const Sequential& net, Generator& generator) {
  Predictor predictor(net);
  for (int image = 0; image < 3; ++image) {
    std::vector<std::uint8_t> pixels(2 * 13 * 21);
    for (auto& p : pixels) p = static_cast<std::uint8_t>(generator.next32());
    const std::vector<double> expected = softmax_in_a_batch(net, pixels);
    const std::span<const float> p = predictor.probabilities(pixels.data());
    ASSERT_EQ(p.size(), expected.size());
    for (std::size_t k = 0; k < p.size(); ++k) EXPECT_NEAR(p[k], expected[k], 1e-6);
  }
}

class PredictorOf : public testing::TestWithParam<const char*> {};

TEST_P(PredictorOf, GivesTheProbabilitiesOfTheBatchPath) {
  Sequential net = Sequential::parse(GetParam());
  Generator generator(3);
  net.build({2, 13, 21}, generator);
  generator.uniform(net.buffers(), 0.5, 1.5);
  expect_probabilities_of_the_batch_path(net, generator);
  net.set_normalization({.mean = {0.3f, 0.6f}, .deviation = {0.2f, 0.4f}});
  expect_probabilities_of_the_batch_path(net, generator);
}

INSTANTIATE_TEST_SUITE_P(
    Networks, PredictorOf,
    testing::Values(
        "Conv2d(6, 5, padding=2) Sigmoid AvgPool2d(2) Conv2d(16, 3) Sigmoid AvgPool2d(2) "
        "Flatten Linear(20) Sigmoid Linear(10)",
        "Conv2d(7, 3, stride=2) ReLU MaxPool2d(3, stride=2, padding=1) Conv2d(33, 1) Tanh "
        "Flatten Linear(5)",
        "Conv2d(4, (1, 6), bias=False) ReLU MaxPool2d(2) Flatten Linear(17, bias=False)",
        "Sigmoid MaxPool2d(2) Flatten Linear(3) Tanh", "Flatten",
        // Pooled rows of 36: the last vectors of the last row end far behind it.
        "Conv2d(16, 3, padding=(12, 8)) ReLU MaxPool2d(2) Flatten Linear(3)"));

INSTANTIATE_TEST_SUITE_P(
    NetworksThatNormaliseOrDrop, PredictorOf,
    testing::Values(
        "Conv2d(5, 3, padding=1) BatchNorm2d ScaledTanh MaxPool2d(2) Conv2d(7, 3) BatchNorm2d "
        "LeakyReLU(0.1) Dropout(0.2) AdaptiveAvgPool2d(1) Flatten Linear(19) BatchNorm1d SiLU "
        "Dropout Linear(4)",
        "BatchNorm2d(affine=False) ReLU AdaptiveAvgPool2d(1) Flatten Linear(3)",
        "Conv2d(3, 3) Sigmoid AdaptiveAvgPool2d((1, 1)) Flatten", "Flatten SiLU Linear(5) Dropout",
        "ScaledTanh Flatten LeakyReLU Linear(17) BatchNorm1d(eps=0.1)"));

INSTANTIATE_TEST_SUITE_P(
    NetworksThatNormaliseEachImage, PredictorOf,
    testing::Values("Conv2d(6, 3) GroupNorm(2) ReLU GroupNorm(3, affine=False) Flatten Linear(5) "
                    "LayerNorm Linear(3)",
                    "LayerNorm Conv2d(3, 3) LayerNorm(bias=False) Tanh Flatten Linear(3)",
                    "Conv2d(4, 3) PReLU(4) Upsample((1, 2)) PReLU Conv2d(3, 2) Flatten Linear(3)"));

INSTANTIATE_TEST_SUITE_P(
    NetworksWithAllPoolings, PredictorOf,
    testing::Values("MaxPool2d(2, ceil_mode=True) Conv2d(5, 1) ReLU AvgPool2d(3, stride=2, "
                    "padding=1, ceil_mode=True) Flatten Linear(3)",
                    "AdaptiveMaxPool2d((6, 8)) Conv2d(3, 2) AvgPool2d(3, stride=1, padding=1, "
                    "count_include_pad=False) AdaptiveAvgPool2d(2) Flatten Linear(5)"));

INSTANTIATE_TEST_SUITE_P(
    NetworksWithGroups, PredictorOf,
    testing::Values("ZeroPad2d((0, 1, 0, 1)) Conv2d(6, 3, stride=2) BatchNorm2d ReLU Conv2d(6, 3, "
                    "padding=1, groups=6) BatchNorm2d ReLU Conv2d(8, 1) Flatten Linear(3)",
                    "Conv2d(4, 2, padding='same') ZeroPad2d((1, 0, 0, 2)) ReLU Conv2d(4, 3, "
                    "dilation=2, groups=2) ZeroPad2d(1) Flatten Linear(5)"));

INSTANTIATE_TEST_SUITE_P(
    NetworksWithBranches, PredictorOf,
    testing::Values(
        "Conv2d(4, 3, padding=1) ReLU Residual[ Conv2d(4, 3, padding=1) BatchNorm2d ] ReLU "
        "Sum[ Conv2d(5, 1, stride=2) | MaxPool2d(2, padding=1) Conv2d(5, 1) | Conv2d(5, "
        "3, stride=2, padding=1) Tanh ] Flatten Linear(3)",
        "Residual[ Conv2d(2, 1) ] Concat[ | Conv2d(3, 3, padding=1) | Sigmoid ] AvgPool2d(2) "
        "Concat[ Flatten | AdaptiveAvgPool2d(1) Flatten ] Linear(5) Concat[ | ]",
        "Conv2d(4, 3) ReLU Scale[ AdaptiveAvgPool2d(1) Conv2d(2, 1) ReLU Conv2d(4, 1) Sigmoid ] "
        "Scale[ Tanh ] Tanh Flatten Linear(3)",
        "Flatten Sum[ | | ] Linear(7) Residual[ Residual[ Linear(7) ] SiLU ]"));

TEST(Predictor, NeedsABuiltNetwork) {
  const Sequential net = make_lenet();
  EXPECT_THROW(Predictor predictor(net), Error);
}

Dataset noise_images(std::int64_t count, const Shape& shape, Generator& generator) {
  const auto bytes = static_cast<std::size_t>(count * element_count(shape));
  auto pixels = std::make_unique<std::uint8_t[]>(bytes);
  for (std::size_t i = 0; i < bytes; ++i) pixels[i] = static_cast<std::uint8_t>(generator.next32());
  return {std::move(pixels), 0, shape, std::vector<Label>(static_cast<std::size_t>(count)), 1};
}

TEST(Probabilities, OfManyImagesAreThoseOfThePredictorToTheBit) {
  Generator generator(3);
  Sequential net = Sequential::parse("Conv2d(3, 3) ReLU AvgPool2d(2) Flatten Linear(7)");
  net.build({2, 13, 21}, generator);
  net.set_normalization({.mean = {0.3f, 0.5f}, .deviation = {0.2f, 0.4f}});
  const Dataset data = noise_images(37, {2, 13, 21}, generator);
  Predictor predictor(net);
  for (const int threads : {1, 3}) {
    const std::vector<float> all = probabilities(net, data, threads);
    ASSERT_EQ(all.size(), 37u * 7);
    for (std::int64_t i = 0; i < data.size(); ++i) {
      const std::span<const float> one = predictor.probabilities(data.image(i));
      EXPECT_TRUE(
          std::ranges::equal(one, std::span(all).subspan(static_cast<std::size_t>(7 * i), 7)))
          << i;
    }
  }
}

TEST(Probabilities, RefusesImagesOfAnotherShapeAndNetworksNotBuilt) {
  Generator generator(3);
  Sequential net = Sequential::parse("Flatten Linear(7)");
  const Dataset data = noise_images(2, {1, 3, 3}, generator);
  error_of(ErrorKind::kUsage, [&] { probabilities(net, data); });
  net.build({1, 3, 4}, generator);
  const std::string message = error_of(ErrorKind::kUsage, [&] { probabilities(net, data); });
  EXPECT_TRUE(contains(message, "1x3x3"));
}

}  // namespace
}  // namespace lenet
