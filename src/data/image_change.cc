#include "data/image_change.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>

namespace lenet {
namespace {

double draw_between(double low, double high, CounterRandom& random) {
  return low + (high - low) * random.uniform();
}

std::int64_t draw_up_to(std::int64_t most, CounterRandom& random) {
  return random.below(static_cast<std::uint32_t>(most) + 1);
}

/// torchvision.transforms.RandomErasing.get_params with scale (0.02, 0.33) and ratio (0.3, 3.3);
/// empty if ten tries bring none that fits, as there.
Rectangle draw_rectangle(std::int64_t height, std::int64_t width, CounterRandom& random) {
  constexpr int kTries = 10;
  for (int i = 0; i < kTries; ++i) {
    const double area =
        static_cast<double>(height) * static_cast<double>(width) * draw_between(0.02, 0.33, random);
    const double ratio = std::exp(draw_between(std::log(0.3), std::log(3.3), random));
    const std::int64_t h = std::llround(std::sqrt(area * ratio));
    const std::int64_t w = std::llround(std::sqrt(area / ratio));
    if (h >= height || w >= width) continue;
    const std::int64_t top = draw_up_to(height - h, random);
    return {.top = top, .left = draw_up_to(width - w, random), .height = h, .width = w};
  }
  return {};
}

/// One channel of the source.
struct Plane {
  const std::uint8_t* pixels;
  std::int64_t height, width;

  const std::uint8_t* row(std::int64_t y) const { return pixels + y * width; }

  std::uint32_t at(std::int64_t y, std::int64_t x) const {
    return y >= 0 && y < height && x >= 0 && x < width ? row(y)[x] : 0;
  }
};

constexpr int kFractionBits = 24;  // of a place in the source, in pixels
constexpr int kWeightBits = 12;    // so that a byte times two weights fits 32 bits

/// A place in the source, or the way from one to another, in 2^-24 of a pixel.
struct Place {
  std::int64_t y, x;
};

/// The pixel at `place`, interpolated. The weights are off by 2^-13 at most, which the rounded byte
/// seldom shows.
std::uint8_t interpolate(const Plane& plane, Place place) {
  constexpr int kDropped = kFractionBits - kWeightBits;
  constexpr std::int64_t kHalf = std::int64_t{1} << (kDropped - 1);
  constexpr std::uint32_t kOne = 1u << kWeightBits;
  const std::int64_t y = (place.y + kHalf) >> kDropped, x = (place.x + kHalf) >> kDropped;
  const std::int64_t top = y >> kWeightBits, left = x >> kWeightBits;
  std::uint32_t p00, p01, p10, p11;
  if (top >= 0 && top + 1 < plane.height && left >= 0 && left + 1 < plane.width) {
    const std::uint8_t* const p = plane.row(top) + left;
    p00 = p[0], p01 = p[1], p10 = p[plane.width], p11 = p[plane.width + 1];
  } else {
    p00 = plane.at(top, left), p01 = plane.at(top, left + 1);
    p10 = plane.at(top + 1, left), p11 = plane.at(top + 1, left + 1);
  }
  const std::uint32_t wy = static_cast<std::uint32_t>(y) % kOne;
  const std::uint32_t wx = static_cast<std::uint32_t>(x) % kOne;
  const std::uint32_t upper = p00 * (kOne - wx) + p01 * wx, lower = p10 * (kOne - wx) + p11 * wx;
  const std::uint32_t sum = upper * (kOne - wy) + lower * wy;
  return static_cast<std::uint8_t>((sum + kOne * kOne / 2) >> (2 * kWeightBits));
}

/// Where the pixels of a turned and enlarged image come from.
class Rotation {
 public:
  Rotation(const ImageChange& change, std::int64_t height, std::int64_t width)
      : height_(height), width_(width) {
    const double radians = change.degrees * (std::numbers::pi / 180);
    cos_ = std::llround(std::cos(radians) / change.factor * static_cast<double>(kHalfPixel));
    sin_ = std::llround(std::sin(radians) / change.factor * static_cast<double>(kHalfPixel));
  }

  Place source(std::int64_t y, std::int64_t x) const {
    const std::int64_t from_y = 2 * y - (height_ - 1), from_x = 2 * x - (width_ - 1);  // the centre
    return {.y = sin_ * from_x + cos_ * from_y + (height_ - 1) * kHalfPixel,
            .x = cos_ * from_x - sin_ * from_y + (width_ - 1) * kHalfPixel};
  }

  bool identity() const { return sin_ == 0 && cos_ == kHalfPixel; }

  /// The way in the source that one pixel to the right makes.
  Place step() const { return {.y = 2 * sin_, .x = 2 * cos_}; }

 private:
  static constexpr std::int64_t kHalfPixel = 1 << (kFractionBits - 1);

  std::int64_t height_, width_;
  std::int64_t cos_, sin_;  ///< over the factor, in 2^-23
};

/// `count` pixels of row y, from column x on, of the source after rotation, scaling and flip.
struct Stretch {
  std::int64_t y, x, count;
};

void write_copied(const Plane& source, bool flip, Stretch stretch, std::uint8_t* out) {
  const std::uint8_t* const row = source.row(stretch.y);
  if (flip) {
    const std::uint8_t* const end = row + source.width - stretch.x;
    std::reverse_copy(end - stretch.count, end, out);
  } else {
    std::memcpy(out, row + stretch.x, static_cast<std::size_t>(stretch.count));
  }
}

void write_rotated(const Plane& source, const Rotation& rotation, bool flip, Stretch stretch,
                   std::uint8_t* out) {
  const std::int64_t direction = flip ? -1 : 1;
  const std::int64_t first = flip ? source.width - 1 - stretch.x : stretch.x;
  const Place step = rotation.step();
  Place place = rotation.source(stretch.y, first);
  for (std::int64_t i = 0; i < stretch.count; ++i) {
    out[i] = interpolate(source, place);
    place.y += direction * step.y;
    place.x += direction * step.x;
  }
}

void write_black(std::uint8_t* out, std::int64_t count) {
  std::memset(out, 0, static_cast<std::size_t>(count));
}

void move_plane(const ImageChange& change, const Rotation& rotation, const Plane& source,
                std::uint8_t* out) {
  const std::int64_t height = source.height, width = source.width;
  const std::int64_t begin = std::clamp<std::int64_t>(change.right, 0, width);
  const std::int64_t end = std::clamp<std::int64_t>(width + change.right, 0, width);
  for (std::int64_t y = 0; y < height; ++y, out += width) {
    const Stretch stretch{.y = y - change.down, .x = begin - change.right, .count = end - begin};
    if (stretch.y < 0 || stretch.y >= height || stretch.count == 0) {
      write_black(out, width);
      continue;
    }
    write_black(out, begin);
    write_black(out + end, width - end);
    if (rotation.identity()) {
      write_copied(source, change.flip, stretch, out + begin);
    } else {
      write_rotated(source, rotation, change.flip, stretch, out + begin);
    }
  }
}

}  // namespace

ImageChange draw_change(const Augmentation& augmentation, const Shape& shape,
                        CounterRandom& random) {
  // All are drawn, asked for or not, so that one setting does not change what another does.
  const double angle = draw_between(-1, 1, random), growth = draw_between(-1, 1, random);
  const bool mirrored = random.below(2) == 1;
  const std::int64_t right = draw_up_to(2 * augmentation.shift, random) - augmentation.shift;
  const std::int64_t down = draw_up_to(2 * augmentation.shift, random) - augmentation.shift;
  const bool erased = random.uniform() < augmentation.erase;
  return {.degrees = augmentation.rotate * angle,
          .factor = 1 + augmentation.scale * growth,
          .flip = augmentation.flip && mirrored,
          .right = right,
          .down = down,
          .erased = erased ? draw_rectangle(shape[1], shape[2], random) : Rectangle{}};
}

void apply(const ImageChange& change, const Shape& shape, const std::uint8_t* source,
           std::uint8_t* out) {
  const std::int64_t height = shape[1], width = shape[2], size = height * width;
  const Rotation rotation(change, height, width);
  const Rectangle& erased = change.erased;
  for (std::int64_t c = 0; c < shape[0]; ++c) {
    const Plane plane{.pixels = source + c * size, .height = height, .width = width};
    move_plane(change, rotation, plane, out + c * size);
    for (std::int64_t y = erased.top; y < erased.top + erased.height; ++y) {
      write_black(out + c * size + y * width + erased.left, erased.width);
    }
  }
}

}  // namespace lenet
