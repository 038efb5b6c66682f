#include "kernels/cross_entropy.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <tuple>

#include "kernels/packs.h"
#include "kernels/targets.h"

namespace lenet::kernels {
namespace {

constexpr double kEpsilon = std::numeric_limits<float>::epsilon();
constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

/// Classes, and the size of the logits.
class CrossEntropy : public testing::TestWithParam<std::tuple<std::int64_t, float>> {
 protected:
  CrossEntropy() {
    for (float& z : values_) z *= std::get<1>(GetParam());
    for (std::int64_t lane = 0; lane < kPack; ++lane) {
      labels_[lane] = static_cast<Label>(lane * 19 % classes_);
    }
  }

  const std::int64_t classes_ = std::get<0>(GetParam());
  std::vector<float> values_ = random_floats(classes_ * kPack, 1);
  Label labels_[kPack] = {};

  /// What rounding may do to a logsumexp: its two terms, and a sum of exponentials within 2 ulp.
  double logsumexp_error(double logsumexp, double largest) const {
    return kEpsilon * (std::abs(logsumexp) + std::abs(largest) + static_cast<double>(classes_) + 4);
  }
};

TEST_P(CrossEntropy, LossAndGradientAreTheDefinitionsOnEveryTarget) {
  constexpr float kScale = 1.0f / 96;
  const auto results = run_on_every_target([&] {
    const AlignedFloats logits = aligned(values_);
    SoftmaxStatistics softmax;
    cross_entropy_forward(classes_, logits.data(), softmax);
    cross_entropy_backward(classes_, {labels_, kPack}, kScale, softmax, logits.data());
    std::vector<float> out(logits.data(), logits.data() + logits.size());
    out.insert(out.end(), softmax.logsumexp, softmax.logsumexp + kPack);
    out.insert(out.end(), softmax.predicted, softmax.predicted + kPack);
    return out;
  });
  for (std::int64_t lane = 0; lane < kPack; ++lane) {
    const reference::Values z = lane_of(values_.data(), classes_, lane);
    const auto largest = std::max_element(z.begin(), z.end());
    const std::int64_t label = labels_[lane];
    const double loss = reference::cross_entropy(z, label);
    const double logsumexp = loss + z[static_cast<std::size_t>(label)];
    const double error = logsumexp_error(logsumexp, *largest);
    reference::Values magnitude;  // of a probability's error, and of the rounding around it
    for (const double logit : z) {
      const double probability = std::exp(logit - logsumexp);
      const double exponent_error = error + kEpsilon * (std::abs(logit) + std::abs(logsumexp));
      magnitude.push_back(kScale * (probability * (std::expm1(exponent_error) + 4 * kEpsilon) +
                                    2 * kEpsilon * probability + 1e-37) +
                          kScale * kEpsilon);
    }
    reference::Values want = reference::cross_entropy_backward(z, label);
    for (double& v : want) v *= static_cast<double>(kScale);
    for (const std::vector<float>& got : results) {
      const float* softmax = got.data() + classes_ * kPack;
      EXPECT_NEAR(softmax[lane], logsumexp, error);
      EXPECT_EQ(softmax[kPack + lane], largest - z.begin());
      expect_near(lane_of(got.data(), classes_, lane), want, magnitude, 1, "gradient");
    }
  }
}

INSTANTIATE_TEST_SUITE_P(ClassesAndSizes, CrossEntropy,
                         testing::Combine(testing::Values(1, 2, 10, 17, 256, 300),
                                          testing::Values(0.0f, 1.0f, 30.0f, 1e4f)));

/// `logits` of one image in every lane.
AlignedFloats in_every_lane(const std::vector<float>& logits) {
  std::vector<float> values;
  for (const float z : logits) values.insert(values.end(), kPack, z);
  return aligned(values);
}

SoftmaxStatistics statistics_of(const std::vector<float>& logits) {
  SoftmaxStatistics softmax;
  cross_entropy_forward(static_cast<std::int64_t>(logits.size()), in_every_lane(logits).data(),
                        softmax);
  return softmax;
}

TEST(CrossEntropyForward, IsExactForLogitsFarApartOnEveryTarget) {
  for (const std::int64_t target : kernel_targets()) {
    const ForcedTarget forced(target);
    EXPECT_EQ(statistics_of({1e4f, -1e4f}).logsumexp[3], 1e4f);
    EXPECT_EQ(statistics_of({-1e4f, 1e4f, -kInfinity}).logsumexp[3], 1e4f);
    EXPECT_EQ(statistics_of({-1e4f}).logsumexp[15], -1e4f);
    EXPECT_NEAR(statistics_of(std::vector<float>(256, 0.0f)).logsumexp[0], std::log(256), 1e-6);
  }
}

TEST(CrossEntropyForward, PredictsTheFirstOfEqualLogitsOnEveryTarget) {
  for (const std::int64_t target : kernel_targets()) {
    const ForcedTarget forced(target);
    EXPECT_EQ(statistics_of({1, 5, 5, 2}).predicted[7], 1);
    EXPECT_EQ(statistics_of({-0.0f, 0.0f}).predicted[7], 0);
    EXPECT_EQ(statistics_of({-3, -2, -1}).predicted[0], 2);
  }
}

TEST(CrossEntropyForward, IsNotFiniteIfALogitIsNaNOrInfiniteOnEveryTarget) {
  for (const std::int64_t target : kernel_targets()) {
    const ForcedTarget forced(target);
    for (const float bad : {kNaN, -kNaN, std::bit_cast<float>(0x7fc00001u), kInfinity}) {
      for (std::size_t place = 0; place < 3; ++place) {
        std::vector<float> logits = {1, 2, 3};
        logits[place] = bad;
        EXPECT_FALSE(std::isfinite(statistics_of(logits).logsumexp[1])) << bad << " at " << place;
      }
    }
  }
}

TEST(CrossEntropyBackward, IsExactlyZeroInBlankLanesOnEveryTarget) {
  const Label labels[kPack] = {};
  for (const std::int64_t target : kernel_targets()) {
    const ForcedTarget forced(target);
    for (const float blank : {0.0f, 1e4f, -1e4f, kInfinity, kNaN}) {
      for (std::int64_t count = 0; count < kPack; ++count) {
        const AlignedFloats logits = aligned(random_floats(3 * kPack, 1));
        for (std::int64_t i = 0; i < 3 * kPack; ++i) {
          if (i % kPack >= count) logits.data()[i] = blank;
        }
        SoftmaxStatistics softmax;
        cross_entropy_forward(3, logits.data(), softmax);
        cross_entropy_backward(3, {labels, count}, 1.0f / 16, softmax, logits.data());
        for (std::int64_t i = 0; i < 3 * kPack; ++i) {
          ASSERT_EQ(logits.data()[i] == 0, i % kPack >= count)
              << "lane " << i % kPack << " of " << count << ", blank lanes held " << blank;
        }
      }
    }
  }
}

}  // namespace
}  // namespace lenet::kernels
