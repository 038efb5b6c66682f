// One change of an image's colours, drawn at random or given, and the image after it.
#pragma once

#include <cstdint>

#include "lenet/augment.h"
#include "lenet/shape.h"

namespace lenet {

/// Each as torchvision's adjust_brightness, adjust_contrast and adjust_saturation take it; the
/// defaults change nothing.
struct ColorChange {
  double brightness = 1;  ///< every channel times this
  double contrast = 1;    ///< so far from the mean grey of the image as before, times this
  double saturation = 1;  ///< so far from the pixel's own grey as before, times this
  double turn = 0;        ///< of the hue about the greys, in circles: red goes to green by a third

  bool operator==(const ColorChange&) const = default;
};

/// The change of colours that augment() makes of image `index` in an epoch.
ColorChange draw_colors(const Augmentation& augmentation, std::uint64_t seed, std::int64_t epoch,
                        std::int64_t index);

/// Changes the colours of an image of one channel, or of red, green and blue; rounded to bytes. The
/// four leave greys grey and lightness as it is but for its factor, so their order does not matter.
void apply(const ColorChange& change, const Shape& shape, std::uint8_t* image);

}  // namespace lenet
