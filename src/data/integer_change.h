// A change of an image in integers, and any pixel after it. The CPU and the graphics card share
// this code, so they make the same bytes.
#pragma once

#include <cstdint>

#include "base/host_device.h"

namespace lenet {

/// 0 <= i < n, by one comparison.
LENET_HOST_DEVICE inline bool within(std::int64_t i, std::int64_t n) {
  return static_cast<std::uint64_t>(i) < static_cast<std::uint64_t>(n);
}

/// Pixels [top, top + height) x [left, left + width).
struct Rectangle {
  std::int64_t top = 0, left = 0, height = 0, width = 0;

  LENET_HOST_DEVICE bool holds(std::int64_t y, std::int64_t x) const {
    return within(y - top, height) && within(x - left, width);
  }
};

/// One channel of an image.
struct Plane {
  const std::uint8_t* pixels;
  std::int64_t height, width;

  LENET_HOST_DEVICE const std::uint8_t* row(std::int64_t y) const { return pixels + y * width; }

  LENET_HOST_DEVICE bool holds(std::int64_t y, std::int64_t x) const {
    return within(y, height) && within(x, width);
  }

  /// 0, black, outside.
  LENET_HOST_DEVICE std::uint32_t at(std::int64_t y, std::int64_t x) const {
    return holds(y, x) ? row(y)[x] : 0;
  }
};

/// A place in an image, or the way from one to another, in 2^-24 of a pixel.
struct Place {
  std::int64_t y, x;
};

inline constexpr int kPlaceBits = 24;
inline constexpr int kWeightBits = 12;  // so that a byte times two weights fits 32 bits

/// The pixel at `place`, interpolated between the nearest four and rounded. The weights are off by
/// 2^-13 at most, which the byte seldom shows.
LENET_HOST_DEVICE inline std::uint8_t interpolate(const Plane& plane, Place place) {
  constexpr int kDropped = kPlaceBits - kWeightBits;
  constexpr std::int64_t kHalf = std::int64_t{1} << (kDropped - 1);
  constexpr std::uint32_t kOne = 1u << kWeightBits;
  const std::int64_t y = (place.y + kHalf) >> kDropped, x = (place.x + kHalf) >> kDropped;
  const std::int64_t top = y >> kWeightBits, left = x >> kWeightBits;
  std::uint32_t p00, p01, p10, p11;
  if (within(top, plane.height - 1) && within(left, plane.width - 1)) {
    const std::uint8_t* const p = plane.row(top) + left;
    p00 = p[0], p01 = p[1], p10 = p[plane.width], p11 = p[plane.width + 1];
  } else {
    p00 = plane.at(top, left), p01 = plane.at(top, left + 1);
    p10 = plane.at(top + 1, left), p11 = plane.at(top + 1, left + 1);
  }
  const std::uint32_t wy = static_cast<std::uint32_t>(y) % kOne;
  const std::uint32_t wx = static_cast<std::uint32_t>(x) % kOne;
  const std::uint32_t upper = p00 * kOne + (p01 - p00) * wx;
  const std::uint32_t lower = p10 * kOne + (p11 - p10) * wx;
  const std::uint32_t sum = upper * kOne + (lower - upper) * wy;
  return static_cast<std::uint8_t>((sum + kOne * kOne / 2) >> (2 * kWeightBits));
}

/// What happens to one image: it is turned and enlarged about the centre, then mirrored, moved and
/// partly erased. What comes from outside it is black.
struct IntegerChange {
  static constexpr std::int64_t kOne = std::int64_t{1} << (kPlaceBits - 1);  ///< half a pixel

  std::int64_t cos, sin;  ///< of the turn, over the factor; times kOne
  bool flip;              ///< left to right
  std::int64_t right, down;
  Rectangle erased;

  LENET_HOST_DEVICE bool turns() const { return sin != 0 || cos != kOne; }

  /// Where pixel (y, x) of the turned and enlarged image comes from.
  LENET_HOST_DEVICE Place place(const Plane& source, std::int64_t y, std::int64_t x) const {
    const std::int64_t last_y = source.height - 1, last_x = source.width - 1;
    const std::int64_t from_y = 2 * y - last_y, from_x = 2 * x - last_x;  // the centre
    return {.y = sin * from_x + cos * from_y + last_y * kOne,
            .x = cos * from_x - sin * from_y + last_x * kOne};
  }

  /// The way of place() from pixel to pixel to the right, or to the left if mirrored.
  LENET_HOST_DEVICE Place step() const {
    return flip ? Place{.y = -2 * sin, .x = -2 * cos} : Place{.y = 2 * sin, .x = 2 * cos};
  }

  /// The column that mirroring, if asked for, brings to column x.
  LENET_HOST_DEVICE std::int64_t column(const Plane& source, std::int64_t x) const {
    return flip ? source.width - 1 - x : x;
  }

  /// Pixel (y, x) of the changed image.
  LENET_HOST_DEVICE std::uint8_t pixel(const Plane& source, std::int64_t y, std::int64_t x) const {
    const std::int64_t from_y = y - down, from_x = x - right;
    if (erased.holds(y, x) || !source.holds(from_y, from_x)) return 0;
    const std::int64_t from_column = column(source, from_x);
    return turns() ? interpolate(source, place(source, from_y, from_column))
                   : source.row(from_y)[from_column];
  }
};

}  // namespace lenet
