#include "lenet/predictor.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "lenet/error.h"
#include "lenet/random.h"
#include "lenet/trainer.h"

namespace lenet {
namespace {

/// Softmax in double of what the network gives for the image as part of a batch.
std::vector<double> softmax_in_a_batch(const Sequential& net,
                                       const std::vector<std::uint8_t>& pixels) {
  std::vector<float> x;
  for (const std::uint8_t p : pixels) x.push_back(static_cast<float>(p) / 255.0f);
  std::vector<double> p;
  for (const float y : forward(net, x, 1)) p.push_back(std::exp(static_cast<double>(y)));
  const double sum = std::accumulate(p.begin(), p.end(), 0.0);
  for (double& v : p) v /= sum;
  return p;
}

class PredictorOf : public testing::TestWithParam<const char*> {};

TEST_P(PredictorOf, GivesTheProbabilitiesOfTheBatchPath) {
  Sequential net = Sequential::parse(GetParam());
  Generator generator(3);
  net.build({2, 13, 21}, generator);
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

TEST(Predictor, NeedsABuiltNetwork) {
  const Sequential net = make_lenet();
  EXPECT_THROW(Predictor predictor(net), Error);
}

}  // namespace
}  // namespace lenet
