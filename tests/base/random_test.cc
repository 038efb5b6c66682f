#include "lenet/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <set>
#include <sstream>

#include "base/errors.h"

namespace lenet {
namespace {

TEST(Generator, IsMt19937) {
  // The C++ standard ([rand.predef]) gives the 10000th number of the default seed, 5489.
  Generator generator(5489);
  for (int i = 1; i < 10000; ++i) generator.next32();
  EXPECT_EQ(generator.next32(), 4123659995u);
}

TEST(Generator, TakesTheLow32BitsOfItsSeed) {
  Generator a(5), b((std::uint64_t{9} << 32) + 5), c(6);
  const std::uint32_t first = a.next32();
  EXPECT_EQ(first, b.next32());
  EXPECT_NE(first, c.next32());
}

TEST(Generator, MakesAFloatOfTheLow24BitsOfANumber) {
  // MT19937's first two numbers for seed 5489 are 3499211612 and 581869302.
  Generator generator(5489);
  float values[2];
  generator.uniform(values, 0, 1);
  EXPECT_EQ(values[0], (3499211612u % 16777216u) / 16777216.0f);
  EXPECT_EQ(values[1], (581869302u % 16777216u) / 16777216.0f);
}

TEST(Generator, ScalesAFloatInOneRounding) {
  Generator generator(5489);
  float value;
  generator.uniform({&value, 1}, -0.3, 0.7);
  const double unit = (3499211612u % 16777216u) / 16777216.0;
  const double low = -0.3f, range = 0.7f - -0.3f;  // 1, rounded to float
  EXPECT_EQ(value, static_cast<float>(unit * range + low));
}

TEST(Generator, Makes63BitsOfTwoNumbersTheFirstOnTop) {
  Generator generator(5489);
  EXPECT_EQ(generator.next63(), (std::uint64_t{3499211612u} << 32 | 581869302u) & INT64_MAX);
}

TEST(Generator, DrawsPyTorchsNormalNumbers) {
  // torch.manual_seed(42); torch.randn(16), as PyTorch prints it.
  const float want[16] = {1.9269f,  1.4873f,  0.9007f,  -2.1055f, 0.6784f,  -1.2345f,
                          -0.0431f, -1.6047f, -0.7521f, 1.6487f,  -0.3925f, -1.4036f,
                          -0.7279f, -0.5594f, -0.7688f, 0.7624f};
  Generator generator(42);
  float values[16];
  generator.normal(values, 0, 1);
  for (int i = 0; i < 16; ++i) EXPECT_NEAR(values[i], want[i], 0.00006) << i;
}

TEST(Generator, DrawsTheLast16NormalNumbersAnewWhereTheyFillNoWholeBlock) {
  // As normal_fill of PyTorch: n uniform numbers, blocks of 16 turned into normal ones, then, if n
  // is no multiple of 16, the last 16 places once more from 16 fresh numbers.
  constexpr std::size_t kCount = 37;
  Generator generator(3);
  std::vector<float> got(kCount);
  generator.normal(got, 1, 2);

  Generator whole(3);
  std::vector<float> blocks(32);
  whole.normal(blocks, 1, 2);
  for (std::size_t i = 32; i < kCount; ++i) whole.next32();  // drawn with the first n
  std::vector<float> last(16);
  whole.normal(last, 1, 2);
  std::vector<float> want(blocks.begin(), blocks.begin() + kCount - 16);
  want.insert(want.end(), last.begin(), last.end());
  EXPECT_EQ(got, want);
}

TEST(Generator, NormalNumbersHaveTheirMeanAndDeviation) {
  constexpr double kCount = 1 << 20;
  Generator generator(1);
  std::vector<float> values(static_cast<std::size_t>(kCount));
  generator.normal(values, 3, 0.5);
  double sum = 0, squares = 0;
  for (const double v : values) sum += v, squares += (v - 3) * (v - 3);
  EXPECT_NEAR(sum / kCount, 3, 4 * 0.5 / std::sqrt(kCount));  // four standard errors
  EXPECT_NEAR(std::sqrt(squares / kCount), 0.5, 4 * 0.5 / std::sqrt(2 * kCount));
}

TEST(Shuffle, IsThatOfADataLoaderAndDrawsTwoNumbers) {
  // By hand from the rule: a 63-bit number unused, then one whose low 32 bits seed the swaps.
  Generator generator(17), copy(17);
  std::vector<std::int32_t> order(10), want(10);
  shuffle_as_data_loader(generator, order);
  copy.next63();
  std::mt19937 swaps(static_cast<std::uint32_t>(copy.next63()));
  std::iota(want.begin(), want.end(), 0);
  for (std::size_t i = 0; i < 9; ++i) std::swap(want[i], want[i + swaps() % (10 - i)]);
  EXPECT_EQ(order, want);
  EXPECT_EQ(generator.next32(), copy.next32());
}

TEST(Shuffle, IsAPermutationOfAnySize) {
  for (const std::size_t n : {0u, 1u, 2u, 3u, 1000u}) {
    Generator generator(n);
    std::vector<std::int32_t> order(n, -1);
    shuffle_as_data_loader(generator, order);
    const std::set<std::int32_t> seen(order.begin(), order.end());
    EXPECT_EQ(seen.size(), n);
    EXPECT_EQ(seen.count(-1), 0u);
    EXPECT_EQ(seen.lower_bound(static_cast<std::int32_t>(n)), seen.end());
  }
}

TEST(LoaderSeed, TakesTwoNumbers) {
  Generator a(8), b(8);
  draw_loader_seed(a);
  b.next32(), b.next32();
  EXPECT_EQ(a.next32(), b.next32());
}

TEST(Generator, GoesOnFromItsState) {
  Generator generator(5);
  for (int i = 0; i < 1000; ++i) generator.next32();
  Generator other(6);
  other.set_state(generator.state());
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(other.next32(), generator.next32());
}

TEST(Generator, HasTheStateOfTheStandardLibrarysEngine) {
  Generator generator(5);
  std::mt19937 engine(5);
  for (int i = 0; i <= 1300; ++i) {
    std::ostringstream text;
    text << engine;
    ASSERT_EQ(generator.state(), text.str()) << i;
    ASSERT_EQ(generator.next32(), engine()) << i;
  }
}

TEST(Generator, RefusesAStateThatIsNone) {
  const std::string good = Generator(5).state();
  const std::string words = good.substr(0, good.rfind(' '));
  for (const std::string& bad :
       {std::string(), words, words + " 625", words + " -1", good + " 1", good + " x",
        "4294967296" + good.substr(good.find(' ')), std::string("1 2 3")}) {
    Generator generator;
    error_of(ErrorKind::kBadInput, [&] { generator.set_state(bad); });
    EXPECT_EQ(generator.next32(), Generator().next32());
  }
}

}  // namespace
}  // namespace lenet
