// Changes of colours: their draws, what each does to bytes, the settings and their refusals.
#include "data/color_change.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <vector>

#include "base/errors.h"
#include "lenet/dataset.h"
#include "lenet/fit.h"
#include "nn/networks.h"
#include "train/datasets.h"

namespace lenet {
namespace {

using Bytes = std::vector<std::uint8_t>;

/// Of three channels and four pixels: red, a bright yellow, a grey, a dark blue.
const Shape kShape = {3, 2, 2};
const Bytes kImage = {200, 180, 100, 10, 60, 170, 100, 20, 50, 90, 100, 80};

Bytes changed(const ColorChange& change, Bytes image = kImage, const Shape& shape = kShape) {
  apply(change, shape, image.data());
  return image;
}

double grey(const Bytes& image, std::size_t pixel) {
  return 0.299 * image[pixel] + 0.587 * image[4 + pixel] + 0.114 * image[8 + pixel];
}

double mean_grey(const Bytes& image) {
  return (grey(image, 0) + grey(image, 1) + grey(image, 2) + grey(image, 3)) / 4;
}

/// value(i) rounded and brought to a byte's range, for each byte of the image.
template <class F>
void expect_bytes(const Bytes& got, F value) {
  for (std::size_t i = 0; i < got.size(); ++i) {
    EXPECT_NEAR(got[i], std::clamp(value(i), 0.0, 255.0), 0.501) << i;
  }
}

TEST(ColorChange, LeavesTheImageWhereNothingIsAsked) {
  EXPECT_EQ(changed({}), kImage);
  EXPECT_EQ(draw_colors({.flip = true, .mixup = 1}, 1, 2, 3), ColorChange());
}

TEST(ColorChange, BrightnessIsAFactor) {
  for (const double factor : {0.0, 0.4, 1.3, 2.0}) {
    expect_bytes(changed({.brightness = factor}),
                 [&](std::size_t i) { return factor * kImage[i]; });
  }
}

TEST(ColorChange, ContrastIsAboutTheMeanGrey) {
  const double mean = mean_grey(kImage);
  for (const double factor : {0.0, 0.5, 1.6}) {
    expect_bytes(changed({.contrast = factor}),
                 [&](std::size_t i) { return mean + factor * (kImage[i] - mean); });
    expect_bytes(changed({.brightness = 0.8, .contrast = factor}),
                 [&](std::size_t i) { return 0.8 * (mean + factor * (kImage[i] - mean)); });
  }
}

TEST(ColorChange, SaturationIsAboutThePixelsGrey) {
  for (const double factor : {0.0, 0.5, 1.2}) {
    expect_bytes(changed({.saturation = factor}), [&](std::size_t i) {
      const double own = grey(kImage, i % 4);
      return own + factor * (kImage[i] - own);
    });
  }
}

/// So pale that no turn leads out of a byte's range.
const Bytes kPale = {130, 120, 100, 90, 110, 125, 100, 105, 95, 105, 100, 115};

TEST(ColorChange, ATurnOfTheHueKeepsGreysAndLightness) {
  for (const double turn : {-0.5, -0.2, 0.1, 0.25}) {
    const Bytes got = changed({.turn = turn}, kPale);
    for (const std::size_t channel : {0u, 4u, 8u}) EXPECT_EQ(got[channel + 2], 100);
    for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(grey(got, i), grey(kPale, i), 1) << turn;
  }
}

/// Which channel is the largest, and which the least.
TEST(ColorChange, AThirdOfATurnBringsRedToGreenAndGreenToBlue) {
  const auto largest = [](const Bytes& pixel) {
    return std::ranges::max_element(pixel) - pixel.begin();
  };
  const Shape one = {3, 1, 1};
  EXPECT_EQ(largest(changed({.turn = 1.0 / 3}, {150, 90, 90}, one)), 1);
  EXPECT_EQ(largest(changed({.turn = 1.0 / 3}, {90, 150, 90}, one)), 2);
  EXPECT_EQ(largest(changed({.turn = -1.0 / 3}, {150, 90, 90}, one)), 2);
}

TEST(ColorChange, TurnsBackToTheSameColours) {
  const Bytes back = changed({.turn = -0.15}, changed({.turn = 0.15}, kPale));
  for (std::size_t i = 0; i < back.size(); ++i) EXPECT_LE(std::abs(back[i] - kPale[i]), 3) << i;
}

TEST(ColorChange, OfOneChannelIsBrightnessAndContrast) {
  const Bytes image = {10, 50, 120, 220};
  const Bytes got = changed({.brightness = 1.1, .contrast = 0.5}, image, {1, 2, 2});
  expect_bytes(got, [&](std::size_t i) { return 1.1 * (100 + 0.5 * (image[i] - 100)); });
}

TEST(ColorChange, IsAFunctionOfSeedEpochAndIndex) {
  const Augmentation all = {.brightness = 0.4, .contrast = 0.4, .saturation = 0.4, .hue = 0.1};
  const ColorChange one = draw_colors(all, 1, 2, 3);
  EXPECT_EQ(draw_colors(all, 1, 2, 3), one);
  EXPECT_NE(draw_colors(all, 2, 2, 3), one);
  EXPECT_NE(draw_colors(all, 1, 3, 3), one);
  EXPECT_NE(draw_colors(all, 1, 2, 4), one);
  // One setting does not change what another draws, nor where the image moves.
  EXPECT_EQ(draw_colors({.contrast = 0.4}, 1, 2, 3).contrast, one.contrast);
}

/// Uniform in [-most, most]: the variance is most^2 / 3.
TEST(ColorChange, DrawsEvenlyOnBothSides) {
  const Augmentation all = {.brightness = 0.4, .contrast = 0.3, .saturation = 1, .hue = 0.1};
  constexpr std::int64_t kCount = 20000;
  double sum[4] = {}, squares[4] = {};
  for (std::int64_t i = 0; i < kCount; ++i) {
    const ColorChange c = draw_colors(all, 7, 1, i);
    const double of[] = {c.brightness - 1, c.contrast - 1, c.saturation - 1, c.turn};
    for (std::size_t k = 0; k < 4; ++k) sum[k] += of[k], squares[k] += of[k] * of[k];
  }
  const double most[] = {0.4, 0.3, 1, 0.1};
  for (std::size_t k = 0; k < 4; ++k) {
    const double variance = most[k] * most[k] / 3;
    EXPECT_NEAR(sum[k] / kCount, 0, 4 * std::sqrt(variance / kCount)) << k;
    EXPECT_NEAR(squares[k] / kCount, variance, 0.04 * variance) << k;
  }
}

TEST(ColorChange, ComesBehindMovesAndBeforeErasing) {
  const Augmentation colors = {.brightness = 1, .hue = 0.2};
  const Shape shape = {3, 8, 8};
  const Dataset data = noise_images(shape, 20, 3);
  for (std::int64_t i = 0; i < data.size(); ++i) {
    Bytes plain(192), both(192), erased(192);
    augment({.flip = true, .shift = 2}, shape, 5, 1, i, data.image(i), plain.data());
    apply(draw_colors(colors, 5, 1, i), shape, plain.data());
    Augmentation all = colors;
    all.flip = true, all.shift = 2;
    augment(all, shape, 5, 1, i, data.image(i), both.data());
    EXPECT_EQ(both, plain);
    all.contrast = 1, all.erase = 1;
    augment(all, shape, 5, 1, i, data.image(i), erased.data());
    EXPECT_GE(std::ranges::count(erased, 0), 3);  // black whatever the contrast adds
  }
}

TEST(ColorChange, TrainsToTheSameBitsOnAnyThreads) {
  const Dataset data = noise_images({3, 6, 6}, 100, 3);
  const auto trained = [&](int threads) {
    Sequential net = built("Conv2d(3, 3) Tanh Flatten Linear(3)", {3, 6, 6});
    const Augmentation augmentation = {.brightness = 0.3, .saturation = 0.5, .hue = 0.1};
    fit(net, data, data,
        {.epochs = 2,
         .batch_size = 32,
         .lr = 0.1,
         .augmentation = augmentation,
         .threads = threads});
    return copy_of(net.parameters());
  };
  EXPECT_EQ(trained(1), trained(3));
}

TEST(ColorChange, SettingsHaveATextAndRanges) {
  const char* text = "flip,brightness=0.4,contrast=0.3,saturation=0.2,hue=0.1";
  const Augmentation a = parse_augmentation(text);
  EXPECT_EQ(a.brightness, 0.4);
  EXPECT_EQ(a.contrast, 0.3);
  EXPECT_EQ(a.saturation, 0.2);
  EXPECT_EQ(a.hue, 0.1);
  EXPECT_EQ(to_string(a), text);
  EXPECT_TRUE(a.any() && a.recolors() && a.on_cpu() && !a.mixes());
  for (const char* term : {"brightness=1.1", "contrast=-1", "saturation=x", "hue=0.6", "hue"}) {
    EXPECT_TRUE(contains(error_of(ErrorKind::kUsage, [&] { parse_augmentation(term); }), term));
  }
}

TEST(ColorChange, WantsTheChannelsThatItChanges) {
  const auto message = [](const Augmentation& augmentation, std::int64_t channels) {
    return error_of(ErrorKind::kUsage, [&] { check(augmentation, {channels, 4, 4}); });
  };
  check({.brightness = 0.1, .contrast = 0.1}, {1, 4, 4});
  check({.brightness = 0.1, .hue = 0.1}, {3, 4, 4});
  EXPECT_TRUE(
      contains(message({.hue = 0.1}, 1), "hue=0.1 for images of shape 1x4x4, want three channels"));
  EXPECT_TRUE(contains(message({.saturation = 0.1}, 2), "want three channels"));
  EXPECT_TRUE(contains(message({.contrast = 0.1}, 2), "want one channel or three"));
}

TEST(ColorChange, OfABatchWantsTheChannelsToo) {
  const Dataset grey = noise_images({1, 6, 6}, 8, 3);
  const std::vector<std::int32_t> order = {0, 1, 2};
  Sequential net = built("Flatten Linear(3)", {1, 6, 6});
  Trainer trainer(net, {.batch_size = 8});
  const Batch batch = Batch(grey, order).augmented({.hue = 0.1}, 0, 0);
  EXPECT_TRUE(contains(error_of(ErrorKind::kUsage, [&] { trainer.step(batch, 0.1); }),
                       "want three channels"));
}

TEST(ColorChange, TrainsOnTheCpuAlone) {
  const Dataset data = noise_images({3, 6, 6}, 40, 3);
  Sequential net = built("Flatten Linear(3)", {3, 6, 6});
  const FitOptions options = {
      .batch_size = 8, .augmentation = {.hue = 0.1}, .device = {.kind = Device::Kind::kCuda}};
  const std::string message = error_of(ErrorKind::kUsage, [&] { fit(net, data, data, options); });
  EXPECT_TRUE(contains(message, "colours: train on the CPU alone; want --device cpu"));
}

}  // namespace
}  // namespace lenet
