#include "lenet/augment.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "base/errors.h"
#include "data/image_change.h"

namespace lenet {
namespace {

using Bytes = std::vector<std::uint8_t>;

const Shape kShape = {1, 28, 28};

/// Bytes without a pattern and without black.
Bytes image(const Shape& shape = kShape) {
  Bytes bytes(static_cast<std::size_t>(element_count(shape)));
  CounterRandom random(99, 0, 0);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(1 + random.below(255));
  return bytes;
}

struct Draw {
  std::uint64_t seed = 0;
  std::int64_t epoch = 0, index = 0;
};

Bytes augmented(const Augmentation& augmentation, const Draw& draw, const Shape& shape = kShape) {
  const Bytes source = image(shape);
  Bytes out(source.size(), 0xEE);
  augment(augmentation, shape, draw.seed, draw.epoch, draw.index, source.data(), out.data());
  return out;
}

const Augmentation kAll = {.flip = true, .shift = 3, .erase = 0.5, .rotate = 20, .scale = 0.2};

/// The changes of the first `count` images in an epoch.
std::vector<ImageChange> changes(const Augmentation& augmentation, std::uint64_t count) {
  std::vector<ImageChange> result;
  for (std::uint64_t index = 0; index < count; ++index) {
    CounterRandom random(7, 1, index);
    result.push_back(draw_change(augmentation, kShape, random));
  }
  return result;
}

/// Four standard errors of how many of `draws` come out, each with the probability.
double four_deviations(double draws, double probability) {
  return 4 * std::sqrt(draws * probability * (1 - probability));
}

TEST(Augment, ChangesNothingIfNothingIsAsked) {
  EXPECT_FALSE(Augmentation{}.any());
  for (std::int64_t i = 0; i < 100; ++i) EXPECT_EQ(augmented({}, {.index = i}), image());
}

TEST(Augment, GivesTheSameBytesForTheSameDraw) {
  for (std::int64_t i = 0; i < 100; ++i) {
    const Draw draw{.seed = 3, .epoch = 5, .index = i};
    EXPECT_EQ(augmented(kAll, draw), augmented(kAll, draw));
  }
}

TEST(Augment, DiffersBySeedEpochAndImage) {
  std::set<std::string> seen;
  const auto insert = [&](const Draw& draw) {
    const Bytes out = augmented(kAll, draw);
    seen.emplace(out.begin(), out.end());
  };
  for (std::int64_t i = 1; i <= 20; ++i) {
    insert({.seed = static_cast<std::uint64_t>(i)});
    insert({.epoch = i});
    insert({.index = i});
  }
  EXPECT_EQ(seen.size(), 60u);
}

TEST(Augment, IsTheChangeDrawnFromItsStream) {
  CounterRandom random(3, 5, 8);
  const ImageChange change = draw_change(kAll, kShape, random);
  const Bytes source = image();
  Bytes want(source.size());
  apply(change, kShape, source.data(), want.data());
  EXPECT_EQ(augmented(kAll, {.seed = 3, .epoch = 5, .index = 8}), want);
}

TEST(Augment, ChangesAllChannelsAlike) {
  Bytes source(2 * 28 * 28), out(source.size());
  for (std::size_t i = 0; i < source.size(); ++i) source[i] = static_cast<std::uint8_t>(i % 784);
  for (std::int64_t i = 0; i < 100; ++i) {
    augment(kAll, {2, 28, 28}, 0, 0, i, source.data(), out.data());
    EXPECT_TRUE(std::equal(out.begin(), out.begin() + 784, out.begin() + 784)) << i;
  }
}

TEST(Augment, TakesImagesOfOnePixelOrRow) {
  const Augmentation all{.flip = true, .erase = 1, .rotate = 180, .scale = 0.9};
  for (std::int64_t i = 0; i < 1000; ++i) {
    EXPECT_EQ(augmented(all, {.index = i}, {1, 1, 1}), image({1, 1, 1}));
    for (const std::uint8_t byte : augmented(all, {.index = i}, {3, 1, 7})) EXPECT_NE(byte, 0xEE);
    for (const std::uint8_t byte : augmented(all, {.index = i}, {3, 7, 1})) EXPECT_NE(byte, 0xEE);
  }
}

TEST(Augment, FlipsHalfOfTheImages) {
  const auto drawn = changes({.flip = true}, 10000);
  const auto flipped = std::ranges::count_if(drawn, &ImageChange::flip);
  EXPECT_NEAR(static_cast<double>(flipped), 5000, four_deviations(10000, 0.5));
}

TEST(Augment, ShiftsByEveryDistanceEquallyOften) {
  constexpr int kDraws = 25000;
  std::vector<int> counts(25);
  for (const ImageChange& change : changes({.shift = 2}, kDraws)) {
    ASSERT_LE(std::abs(change.right), 2);
    ASSERT_LE(std::abs(change.down), 2);
    ++counts[static_cast<std::size_t>((change.down + 2) * 5 + change.right + 2)];
  }
  for (const int count : counts) {
    EXPECT_NEAR(count, kDraws / 25, four_deviations(kDraws, 1 / 25.0));
  }
}

TEST(Augment, ErasesRectanglesOfTheAreaAskedAsOftenAsAsked) {
  constexpr int kDraws = 10000;
  const auto side_range = [](double area, double ratio) { return std::sqrt(784 * area * ratio); };
  int erased = 0;
  double areas = 0;
  for (const ImageChange& change : changes({.erase = 0.3}, kDraws)) {
    const Rectangle& r = change.erased;
    if (r.height == 0) continue;
    ++erased;
    areas += static_cast<double>(r.height * r.width) / 784;
    EXPECT_GE(std::min(r.top, r.left), 0);
    EXPECT_LE(std::max(r.top + r.height, r.left + r.width), 28);
    EXPECT_LE(std::max(r.height, r.width), 27);
    EXPECT_GE(static_cast<double>(std::min(r.height, r.width)), side_range(0.02, 0.3) - 0.5);
    EXPECT_LE(static_cast<double>(r.height * r.width), 0.33 * 784 + 0.5 * (27 + 27 + 0.5));
  }
  EXPECT_NEAR(erased, 0.3 * kDraws, four_deviations(kDraws, 0.3));
  // The mean of 0.02 to 0.33 is 0.175; 0.7 % of the draws, the longest, do not fit and are drawn
  // anew, which leaves 0.174.
  EXPECT_NEAR(areas / erased, 0.174, 4 * 0.31 / std::sqrt(12.0 * erased));
}

TEST(Augment, BlackensWhatItErases) {
  for (std::int64_t i = 0; i < 100; ++i) {
    const Bytes out = augmented({.erase = 1}, {.index = i});
    const auto black = std::ranges::count(out, 0);
    EXPECT_GE(black, 9);  // 2 % of 784, each side rounded
    EXPECT_LE(black, 280);
  }
}

TEST(Augment, TurnsAndScalesByEveryAmountEquallyOften) {
  constexpr int kDraws = 10000;
  std::vector<int> turns(10), sizes(10);
  for (const ImageChange& change : changes({.rotate = 30, .scale = 0.1}, kDraws)) {
    ASSERT_LE(std::abs(change.degrees), 30);
    ASSERT_LE(std::abs(change.factor - 1), 0.1 + 1e-12);
    ++turns[static_cast<std::size_t>(std::min((change.degrees + 30) / 6, 9.0))];
    ++sizes[static_cast<std::size_t>(std::clamp((change.factor - 0.9) / 0.02, 0.0, 9.0))];
  }
  for (const int count : turns) EXPECT_NEAR(count, kDraws / 10, four_deviations(kDraws, 0.1));
  for (const int count : sizes) EXPECT_NEAR(count, kDraws / 10, four_deviations(kDraws, 0.1));
}

TEST(Augment, DrawsOneSettingWhateverTheOthersAre) {
  const auto all = changes(kAll, 1000), flips = changes({.flip = true}, 1000),
             shifts = changes({.shift = 3}, 1000), turns = changes({.rotate = 20}, 1000),
             erased = changes({.erase = 0.5}, 1000);
  for (std::size_t i = 0; i < 1000; ++i) {
    EXPECT_EQ(all[i].flip, flips[i].flip);
    EXPECT_EQ(all[i].right, shifts[i].right);
    EXPECT_EQ(all[i].down, shifts[i].down);
    EXPECT_EQ(all[i].degrees, turns[i].degrees);
    EXPECT_EQ(all[i].erased.left, erased[i].erased.left);
  }
}

TEST(AugmentationText, NamesTheSettings) {
  const Augmentation a = parse_augmentation("flip,shift=1,erase=0.1,rotate=5,scale=0.25");
  EXPECT_TRUE(a.flip);
  EXPECT_EQ(a.shift, 1);
  EXPECT_EQ(a.erase, 0.1);
  EXPECT_EQ(a.rotate, 5);
  EXPECT_EQ(a.scale, 0.25);
  EXPECT_TRUE(a.any());
  for (const char* one : {"flip", "shift=1024", "erase=1", "rotate=180", "scale=0.9"}) {
    EXPECT_TRUE(parse_augmentation(one).any()) << one;
  }
  for (const char* none : {"", "none", "shift=0,erase=0"}) {
    EXPECT_FALSE(parse_augmentation(none).any()) << none;
  }
}

TEST(AugmentationText, RoundTrips) {
  for (const char* text : {"none", "flip", "shift=2", "erase=0.1", "rotate=7.5", "scale=0.05",
                           "flip,shift=1,erase=0.333,rotate=5,scale=0.1"}) {
    EXPECT_EQ(to_string(parse_augmentation(text)), text);
  }
  EXPECT_EQ(to_string(parse_augmentation("scale=1e-1,flip")), "flip,scale=0.1");
}

void expect_refused(const std::string& text, const std::string& found, const std::string& want) {
  const std::string message = error_of(ErrorKind::kUsage, [&] { parse_augmentation(text); });
  EXPECT_TRUE(contains(message, "found \"" + found + "\", want " + want)) << text;
}

TEST(AugmentationText, RefusesUnknownNames) {
  const std::string known = "flip, shift=PIXELS (or crop=PIXELS), erase=PROBABILITY, ";
  for (const char* term : {"flop", "Flip", " flip", "none", "jitter=3", "=1", "", "\xff"}) {
    expect_refused(std::string("shift=1,") + term, term, known);
  }
  expect_refused("flip,", "", known);
  expect_refused(",", "", known);
}

TEST(AugmentationText, RefusesMissingAndSurplusValues) {
  expect_refused("shift", "shift", "shift=PIXELS, a whole number from 0 to 1024");
  expect_refused("shift=", "shift=", "shift=PIXELS, a whole number");
  expect_refused("flip,erase", "erase", "erase=PROBABILITY, a number from 0 to 1");
  expect_refused("rotate=,flip", "rotate=", "rotate=DEGREES, a number from 0 to 180");
  expect_refused("flip=1", "flip=1", "flip, which takes no value");
  expect_refused("flip=", "flip=", "flip, which takes no value");
}

TEST(AugmentationText, RefusesWhatIsNoNumber) {
  for (const char* term : {"shift=a", "shift=1.5", "shift=1x", "shift= 1", "shift=1=2"}) {
    expect_refused(term, term, "shift=PIXELS, a whole number from 0 to 1024");
  }
  expect_refused("erase=often", "erase=often", "erase=PROBABILITY, a number from 0 to 1");
  expect_refused("erase=nan", "erase=nan", "erase=PROBABILITY, a number from 0 to 1");
  expect_refused("scale=0.1.1", "scale=0.1.1", "scale=FRACTION, a number from 0 to 0.9");
}

TEST(AugmentationText, RefusesNumbersOutOfRange) {
  for (const char* term : {"shift=-1", "shift=1025", "shift=99999999999999999999"}) {
    expect_refused(term, term, "shift=PIXELS, a whole number from 0 to 1024");
  }
  for (const char* term : {"erase=-0.1", "erase=1.01", "erase=inf", "erase=1e999"}) {
    expect_refused(term, term, "erase=PROBABILITY, a number from 0 to 1");
  }
  expect_refused("rotate=180.5", "rotate=180.5", "rotate=DEGREES, a number from 0 to 180");
  expect_refused("scale=0.91", "scale=0.91", "scale=FRACTION, a number from 0 to 0.9");
}

TEST(AugmentationText, RefusesANameTwice) {
  expect_refused("flip,flip", "flip,flip", "flip only once");
  expect_refused("shift=1,erase=1,shift=1", "shift=1,erase=1,shift=1", "shift only once");
}

TEST(AugmentationCheck, WantsImagesLargerThanTheShift) {
  check({.shift = 27}, kShape);
  check({}, {10});
  const auto message = [](const Augmentation& augmentation, const Shape& shape) {
    return error_of(ErrorKind::kUsage, [&] { check(augmentation, shape); });
  };
  EXPECT_TRUE(contains(message({.shift = 28}, kShape),
                       "shift=28 for images of shape 1x28x28, want at most 27"));
  EXPECT_TRUE(contains(message({.shift = 5}, {3, 40, 5}), "want at most 4"));
  EXPECT_TRUE(contains(message({.flip = true}, {784}),
                       "images of shape 784, want channels, height and width"));
}

TEST(AugmentationCheck, WantsSettingsInTheirRanges) {
  const auto message = [](const Augmentation& augmentation) {
    return error_of(ErrorKind::kUsage, [&] { check(augmentation, {1, 4096, 4096}); });
  };
  EXPECT_TRUE(contains(message({.shift = 1025}), "found \"shift=1025\", want shift=PIXELS"));
  EXPECT_TRUE(contains(message({.shift = -1}), "found \"shift=-1\", want shift=PIXELS"));
  EXPECT_TRUE(contains(message({.erase = 2}), "found \"erase=2\", want erase=PROBABILITY"));
  EXPECT_TRUE(contains(message({.rotate = std::numeric_limits<double>::quiet_NaN()}),
                       "found \"rotate=nan\", want rotate=DEGREES"));
  EXPECT_TRUE(contains(message({.scale = 1}), "found \"scale=1\", want scale=FRACTION"));
}

}  // namespace
}  // namespace lenet
