#include "base/philox.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <vector>

namespace lenet {
namespace {

TEST(Philox, GivesTheKnownAnswersOfRandom123) {
  // kat_vectors of Random123, the lines "philox4x32 10".
  EXPECT_EQ(philox({{0, 0, 0, 0}}, 0),
            (PhiloxWords{{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}}));
  const std::uint32_t ones = 0xffffffff;
  EXPECT_EQ(philox({{ones, ones, ones, ones}}, 0xffffffffffffffff),
            (PhiloxWords{{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}}));
  EXPECT_EQ(philox({{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}}, 0x299f31d0a4093822),
            (PhiloxWords{{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}}));
}

TEST(CounterRandom, CountsTheBlocksOfItsStream) {
  // Of a = 0x123456789abc and b = 0xfedcba987654, the words below 32 bits and then the rest.
  CounterRandom random(0xa4093822099f31d0, 0x123456789abc, 0xfedcba987654);
  for (std::uint32_t block = 0; block < 3; ++block) {
    const PhiloxWords want =
        philox({{block, 0x56789abc, 0xba987654, 0xfedc1234}}, 0xa4093822099f31d0);
    for (const std::uint32_t word : want.of) EXPECT_EQ(random.next32(), word) << block;
  }
}

TEST(CounterRandom, HasAStreamForEverySeedAndPair) {
  const std::uint64_t most = CounterRandom::kMaxStream, high = std::uint64_t{1} << 32;
  std::set<std::uint32_t> seen;
  for (const std::uint64_t seed : {std::uint64_t{0}, std::uint64_t{1}, high}) {
    for (const std::uint64_t a : {std::uint64_t{0}, std::uint64_t{1}, high, most}) {
      for (const std::uint64_t b : {std::uint64_t{0}, std::uint64_t{1}, high, most}) {
        seen.insert(CounterRandom(seed, a, b).next32());
      }
    }
  }
  EXPECT_EQ(seen.size(), 3u * 4 * 4);
}

TEST(CounterRandom, MakesAFloatOfTheHigh24BitsOfANumber) {
  CounterRandom random(0, 0, 0);  // 0x6627e8d5, 0xe169c58d, ...
  EXPECT_EQ(random.uniform(), 0x6627e8 / 16777216.0f);
  EXPECT_EQ(random.uniform(), 0xe169c5 / 16777216.0f);
}

TEST(CounterRandom, ScalesANumberToIntegers) {
  CounterRandom random(0, 0, 0);
  EXPECT_EQ(random.below(16), 0x6u);  // the high 4 bits
  EXPECT_EQ(random.below(256), 0xe1u);
  EXPECT_EQ(random.below(1), 0u);
}

TEST(CounterRandom, DrawsEveryIntegerEquallyOften) {
  constexpr int kDraws = 60000;
  CounterRandom random(3, 1, 4);
  std::vector<int> counts(6);
  for (int i = 0; i < kDraws; ++i) ++counts[random.below(6)];
  const double deviation = std::sqrt(kDraws * (1 / 6.0) * (5 / 6.0));
  for (const int count : counts) EXPECT_NEAR(count, kDraws / 6, 4 * deviation);
}

TEST(CounterRandom, DrawsFloatsOfTheUniformDistribution) {
  constexpr int kDraws = 100000;
  CounterRandom random(5, 0, 0);
  double sum = 0, squares = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double value = random.uniform();
    ASSERT_GE(value, 0);
    ASSERT_LT(value, 1);
    sum += value, squares += value * value;
  }
  EXPECT_NEAR(sum / kDraws, 1 / 2.0, 4 * std::sqrt(1 / 12.0 / kDraws));  // four standard errors
  EXPECT_NEAR(squares / kDraws, 1 / 3.0, 4 * std::sqrt(4 / 45.0 / kDraws));
}

}  // namespace
}  // namespace lenet
