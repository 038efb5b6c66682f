// How an image is mixed with another one, drawn at random, and the image after it.
#pragma once

#include <cstdint>

#include "data/integer_change.h"
#include "lenet/augment.h"
#include "lenet/shape.h"

namespace lenet {

/// The share of an image in its mixture, and in the target: of kWhole. Nothing is pasted: all of it
/// is blended so.
struct ImageMix {
  static constexpr std::int64_t kWhole = 1 << 16;

  std::int64_t share = kWhole;
  Rectangle pasted = {};  ///< that the other image takes

  float own() const { return static_cast<float>(share) / static_cast<float>(kWhole); }
};

/// What mixup or cutmix makes of image `index` in an epoch: mixup by Zhang et al. 2018, CutMix by
/// Yun et al. 2019, each image by itself; where both are asked for, either with probability 1/2.
ImageMix draw_mix(const Augmentation& augmentation, const Shape& shape, std::uint64_t seed,
                  std::int64_t epoch, std::int64_t index);

/// Mixes `image` with another one of the same shape, rounded to bytes.
void apply(const ImageMix& mix, const Shape& shape, const std::uint8_t* other, std::uint8_t* image);

}  // namespace lenet
