#include "kernels/dropout.h"

#include <algorithm>
#include <cmath>

#include "base/philox.h"
#include "kernels/packs.h"
#include "kernels/targets.h"

namespace lenet::kernels {
namespace {

constexpr RandomPlace kPlace{.seed = 0x123456789abcdef0, .step = 41, .first_image = 32, .stage = 5};

std::vector<float> dropped(double p, const RandomPlace& place, const std::vector<float>& x) {
  const AlignedFloats from = aligned(x), y = unwritten(from.size());
  dropout(p, place, from.size() / kPack, from.data(), y.data());
  return {y.data(), y.data() + y.size()};
}

/// 1 / (1 - p) or 0 for each of `elements` in each lane.
std::vector<float> mask(double p, const RandomPlace& place, std::int64_t elements) {
  return dropped(p, place, std::vector<float>(static_cast<std::size_t>(elements * kPack), 1.0f));
}

std::int64_t zeros(const std::vector<float>& values) {
  return std::count(values.begin(), values.end(), 0.0f);
}

TEST(Dropout, DropsWherePhiloxDrawsLessThanPOnEveryTarget) {
  constexpr double kP = 0.3;
  for (const std::int64_t elements : {1, 3, 4, 5, 42}) {
    const std::vector<float> x = random_floats(elements * kPack, 1);
    std::vector<float> want;
    for (std::int64_t i = 0; i < elements * kPack; ++i) {
      const auto element = static_cast<std::uint32_t>(i / kPack);
      const auto image = static_cast<std::uint32_t>(kPlace.first_image + i % kPack);
      const auto words = philox({{element / 4, image, 41, 5}}, 0x123456789abcdef0);
      const bool zero = words.of[element % 4] < static_cast<std::uint32_t>(kP * 0x1p32);
      want.push_back(zero ? 0 : x[static_cast<std::size_t>(i)] * static_cast<float>(1 / (1 - kP)));
    }
    for (const auto& y : run_on_every_target([&] { return dropped(kP, kPlace, x); })) {
      EXPECT_EQ(y, want) << elements;
    }
  }
}

TEST(Dropout, DropsTheShareThatItIsGiven) {
  constexpr std::int64_t kElements = 10000;
  constexpr double kDraws = kElements * kPack;
  for (const double p : {0.01, 0.25, 0.5, 0.9}) {
    const double deviation = std::sqrt(p * (1 - p) / kDraws);
    EXPECT_NEAR(static_cast<double>(zeros(mask(p, kPlace, kElements))) / kDraws, p, 4 * deviation);
  }
}

TEST(Dropout, DrawsTheSameAgainInPlace) {
  const std::vector<float> dy = random_floats(100 * kPack, 2);
  const std::vector<float> forward = mask(0.5, kPlace, 100);
  const AlignedFloats dx = aligned(dy);
  dropout(0.5, kPlace, 100, dx.data(), dx.data());
  for (std::size_t i = 0; i < dy.size(); ++i) ASSERT_EQ(dx.data()[i], dy[i] * forward[i]) << i;
}

TEST(Dropout, DrawsAnewForEverySeedStepImageAndStage) {
  constexpr std::int64_t kElements = 1000;
  const std::vector<float> usual = mask(0.5, kPlace, kElements);
  std::vector<RandomPlace> others(5, kPlace);
  others[0].seed ^= 1;
  others[1].seed ^= std::uint64_t{1} << 40;
  others[2].step += 1;
  others[3].first_image += kPack;
  others[4].stage += 1;
  for (const RandomPlace& place : others) {
    const std::vector<float> other = mask(0.5, place, kElements);
    std::int64_t equal = 0;
    for (std::size_t i = 0; i < usual.size(); ++i) equal += usual[i] == other[i];
    // Half of all draws agree by chance.
    constexpr double kDraws = kElements * kPack;
    EXPECT_NEAR(static_cast<double>(equal), kDraws / 2, 4 * std::sqrt(kDraws / 4))
        << &place - others.data();
  }
}

TEST(Dropout, DrawsForAnImageWhereverItsPackBegins) {
  RandomPlace later = kPlace;
  later.first_image += 3;
  const std::vector<float> here = mask(0.5, kPlace, 20), there = mask(0.5, later, 20);
  for (std::int64_t lane = 3; lane < kPack; ++lane) {
    EXPECT_EQ(lane_of(here.data(), 20, lane), lane_of(there.data(), 20, lane - 3)) << lane;
  }
}

TEST(Dropout, KeepsAllForNoProbabilityAndNothingForOne) {
  const std::vector<float> x = random_floats(1000 * kPack, 3);
  for (const std::int64_t target : kernel_targets()) {
    const ForcedTarget forced(target);
    EXPECT_EQ(dropped(0, kPlace, x), x);
    EXPECT_EQ(dropped(1, kPlace, x), std::vector<float>(x.size()));
  }
}

}  // namespace
}  // namespace lenet::kernels
