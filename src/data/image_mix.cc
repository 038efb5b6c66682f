#include "data/image_mix.h"

#include <algorithm>
#include <cmath>

#include "base/philox.h"

namespace lenet {
namespace {

/// Of Beta(alpha, alpha), for alpha above 0: Joehnk's way, which accepts a sixth at alpha 2.
double draw_beta(double alpha, CounterRandom& random) {
  for (;;) {
    const double x = std::pow(random.uniform(), 1 / alpha);
    const double y = std::pow(random.uniform(), 1 / alpha);
    if (x + y > 0 && x + y <= 1) return x / (x + y);
  }
}

/// Sides of `ratio` of the image's about a centre anywhere in it, as far as they lie inside.
Rectangle draw_rectangle(double ratio, const Shape& shape, CounterRandom& random) {
  const auto draw = [&](std::int64_t size) {
    const std::int64_t length = std::llround(ratio * static_cast<double>(size));
    const std::int64_t first =
        std::int64_t{random.below(static_cast<std::uint32_t>(size))} - length / 2;
    const std::int64_t begin = std::max<std::int64_t>(first, 0);
    return std::pair(begin, std::min(first + length, size) - begin);
  };
  const auto [top, height] = draw(shape[1]);
  const auto [left, width] = draw(shape[2]);
  return {.top = top, .left = left, .height = height, .width = width};
}

}  // namespace

ImageMix draw_mix(const Augmentation& augmentation, const Shape& shape, std::uint64_t seed,
                  std::int64_t epoch, std::int64_t index) {
  if (!augmentation.mixes()) return {};
  // Streams of their own behind those of the changes, which count from 0.
  CounterRandom random(seed, CounterRandom::kMaxStream - 1 - static_cast<std::uint64_t>(epoch),
                       static_cast<std::uint64_t>(index));
  const bool second = random.below(2) == 1;
  const bool both = augmentation.mixup > 0 && augmentation.cutmix > 0;
  const bool cuts = both ? second : augmentation.cutmix > 0;
  const double share = draw_beta(cuts ? augmentation.cutmix : augmentation.mixup, random);
  constexpr auto kWhole = static_cast<double>(ImageMix::kWhole);
  if (!cuts) return {.share = std::llround(share * kWhole)};
  const Rectangle pasted = draw_rectangle(std::sqrt(1 - share), shape, random);
  const double area = static_cast<double>(pasted.height * pasted.width);
  const double all = static_cast<double>(shape[1] * shape[2]);
  return {.share = std::llround((1 - area / all) * kWhole), .pasted = pasted};
}

void apply(const ImageMix& mix, const Shape& shape, const std::uint8_t* other,
           std::uint8_t* image) {
  const Rectangle& pasted = mix.pasted;
  if (pasted.height * pasted.width > 0) {
    for (std::int64_t row = 0; row < shape[0] * pasted.height; ++row) {
      const std::int64_t c = row / pasted.height, y = pasted.top + row % pasted.height;
      const std::int64_t at = (c * shape[1] + y) * shape[2] + pasted.left;
      std::copy_n(other + at, pasted.width, image + at);
    }
    return;
  }
  const std::int64_t rest = ImageMix::kWhole - mix.share;
  for (std::int64_t i = 0; i < element_count(shape); ++i) {
    const std::int64_t sum = mix.share * image[i] + rest * other[i];
    image[i] = static_cast<std::uint8_t>((sum + ImageMix::kWhole / 2) / ImageMix::kWhole);
  }
}

}  // namespace lenet
