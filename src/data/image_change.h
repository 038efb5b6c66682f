// One change of an image, drawn at random or given, and the image after it.
#pragma once

#include <cstdint>

#include "base/philox.h"
#include "data/color_change.h"
#include "data/integer_change.h"
#include "lenet/augment.h"
#include "lenet/shape.h"

namespace lenet {

/// What happens to one image, in the order of the members.
struct ImageChange {
  double degrees = 0;  ///< turned about the centre, counter-clockwise as one looks at it
  double factor = 1;   ///< enlarged about the centre
  bool flip = false;
  std::int64_t right = 0, down = 0;  ///< moved by so many pixels, negative: left and up
  ColorChange colors = {};
  Rectangle erased = {};
};

/// Draws one change of an image of `shape` but for its colours, the same on every machine: the
/// sides of a rectangle, which take an exponential, are rounded to pixels.
ImageChange draw_change(const Augmentation& augmentation, const Shape& shape,
                        CounterRandom& random);

/// The change that augment() makes of image `index` in an epoch.
ImageChange draw_change(const Augmentation& augmentation, const Shape& shape, std::uint64_t seed,
                        std::int64_t epoch, std::int64_t index);

/// Sine and cosine rounded to multiples of 2^-23, so that libraries that differ in the last bit of
/// a double give the same image.
IntegerChange in_integers(const ImageChange& change);

/// Writes the changed image to `out`: IntegerChange::pixel() of every pixel, in rows, and with
/// colours changed before anything is erased.
void apply(const ImageChange& change, const Shape& shape, const std::uint8_t* source,
           std::uint8_t* out);

}  // namespace lenet
