// Mixtures of two images: their draws, their bytes, and the settings.
#include "data/image_mix.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/errors.h"

namespace lenet {
namespace {

const Shape kShape = {2, 5, 7};
using Bytes = std::vector<std::uint8_t>;

std::vector<ImageMix> draws(const Augmentation& augmentation, std::int64_t count) {
  std::vector<ImageMix> mixes;
  for (std::int64_t i = 0; i < count; ++i) mixes.push_back(draw_mix(augmentation, kShape, 3, 2, i));
  return mixes;
}

bool pastes(const ImageMix& mix) { return mix.pasted.height * mix.pasted.width > 0; }

TEST(ImageMix, LeavesTheImageWhereNothingIsAsked) {
  for (const ImageMix& mix : draws({.flip = true}, 50)) {
    EXPECT_EQ(mix.share, ImageMix::kWhole);
    EXPECT_FALSE(pastes(mix));
  }
  EXPECT_FALSE(Augmentation{.flip = true}.mixes());
  EXPECT_TRUE(Augmentation{.mixup = 0.2}.mixes());
  EXPECT_TRUE(Augmentation{.mixup = 0.2}.any());
}

/// Beta(alpha, alpha) has the mean 1/2 and the variance 1 / (8 alpha + 4).
TEST(ImageMix, SharesOfMixupAreBetas) {
  constexpr std::int64_t kCount = 20000;
  for (const double alpha : {0.2, 1.0, 2.0}) {
    double sum = 0, squares = 0;
    for (const ImageMix& mix : draws({.mixup = alpha}, kCount)) {
      EXPECT_FALSE(pastes(mix));
      const auto share = static_cast<double>(mix.own());
      sum += share;
      squares += (share - 0.5) * (share - 0.5);
    }
    const double variance = 1 / (8 * alpha + 4);
    EXPECT_NEAR(sum / kCount, 0.5, 4 * std::sqrt(variance / kCount));
    EXPECT_NEAR(squares / kCount, variance, 0.04 * variance);
  }
}

TEST(ImageMix, SharesOfCutmixAreOfTheArea) {
  std::int64_t pasted = 0;
  for (const ImageMix& mix : draws({.cutmix = 1}, 500)) {
    const Rectangle& r = mix.pasted;
    EXPECT_TRUE(r.top >= 0 && r.left >= 0 && r.top + r.height <= 5 && r.left + r.width <= 7);
    const double area = static_cast<double>(r.height * r.width);
    EXPECT_NEAR(mix.own(), 1 - area / 35, 1e-4);
    pasted += pastes(mix);
  }
  EXPECT_GT(pasted, 400);
}

TEST(ImageMix, OfBothKindsEitherIsTaken) {
  std::int64_t pasted = 0;
  for (const ImageMix& mix : draws({.mixup = 1, .cutmix = 1}, 1000)) pasted += pastes(mix);
  EXPECT_GT(pasted, 350);
  EXPECT_LT(pasted, 600);
}

TEST(ImageMix, IsAFunctionOfSeedEpochAndIndex) {
  const Augmentation mixup = {.mixup = 1};
  const auto share = [&](std::uint64_t seed, std::int64_t epoch, std::int64_t index) {
    return draw_mix(mixup, kShape, seed, epoch, index).share;
  };
  EXPECT_EQ(share(1, 2, 3), share(1, 2, 3));
  EXPECT_NE(share(1, 2, 3), share(2, 2, 3));
  EXPECT_NE(share(1, 2, 3), share(1, 3, 3));
  EXPECT_NE(share(1, 2, 3), share(1, 2, 4));
}

TEST(ImageMix, BlendsOrPastesBytes) {
  Bytes image(70), other(70);
  for (std::size_t i = 0; i < image.size(); ++i) {
    image[i] = static_cast<std::uint8_t>(3 * i);
    other[i] = static_cast<std::uint8_t>(255 - 2 * i);
  }
  Bytes blended = image;
  apply({.share = ImageMix::kWhole / 4}, kShape, other.data(), blended.data());
  for (std::size_t i = 0; i < image.size(); ++i) {
    EXPECT_EQ(blended[i], (image[i] + 3 * other[i] + 2) / 4) << i;
  }
  Bytes pasted = image;
  apply({.share = 0, .pasted = {.top = 1, .left = 2, .height = 3, .width = 4}}, kShape,
        other.data(), pasted.data());
  for (std::size_t i = 0; i < image.size(); ++i) {
    const std::size_t y = i % 35 / 7, x = i % 7;
    const bool inside = y >= 1 && y < 4 && x >= 2 && x < 6;
    EXPECT_EQ(pasted[i], inside ? other[i] : image[i]) << i;
  }
}

TEST(ImageMix, HasItsTextAndItsRange) {
  const Augmentation both = parse_augmentation("mixup=0.2,flip,cutmix=1");
  EXPECT_EQ(both.mixup, 0.2);
  EXPECT_EQ(both.cutmix, 1);
  EXPECT_EQ(to_string(both), "flip,mixup=0.2,cutmix=1");
  EXPECT_TRUE(contains(error_of(ErrorKind::kUsage, [] { parse_augmentation("mixup=3"); }),
                       "mixup=ALPHA, a number from 0 to 2"));
}

TEST(Augmentation, KnowsTorchvisionsCrop) {
  EXPECT_EQ(to_string(parse_augmentation("crop=4,flip")), "flip,shift=4");
  EXPECT_TRUE(contains(error_of(ErrorKind::kUsage, [] { parse_augmentation("shift=1,crop=2"); }),
                       "shift only once"));
  EXPECT_TRUE(contains(error_of(ErrorKind::kUsage, [] { parse_augmentation("crop"); }),
                       "found \"crop\", want shift=PIXELS"));
}

}  // namespace
}  // namespace lenet
