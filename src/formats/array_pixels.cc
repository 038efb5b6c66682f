#include "formats/array_pixels.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "lenet/error.h"

namespace lenet {
namespace {

/// How far beyond white a float may be that only rounding has brought there.
constexpr double kRounding = 1e-5;

[[noreturn]] void bad_pixels(const NpyArray& x, const std::string& what) {
  throw Error(ErrorKind::kBadInput, fmt::format("{}: {}", x.name, what));
}

struct Seen {
  double least = 0, largest = 0, mean = 0, deviation = 0;
};

/// Throws for the first number that is none.
Seen look_at(const NpyArray& x) {
  return with_item_type(x, [&]<typename T>(T) {
    Seen seen{.least = INFINITY, .largest = -INFINITY};
    double sum = 0, squares = 0;
    for (std::int64_t i = 0; i < x.count(); ++i) {
      const auto value = static_cast<double>(item<T>(x, i));
      if (!std::isfinite(value)) bad_pixels(x, fmt::format("{} at pixel {}", value, i));
      seen.least = std::min(seen.least, value);
      seen.largest = std::max(seen.largest, value);
      sum += value;
      squares += value * value;
    }
    const auto n = static_cast<double>(x.count());
    seen.mean = sum / n;
    seen.deviation = std::sqrt(std::max(0.0, squares / n - seen.mean * seen.mean));
    return seen;
  });
}

std::string to_string(const Seen& s) {
  return fmt::format("pixels from {:.4g} to {:.4g}, mean {:.3g}, deviation {:.3g}", s.least,
                     s.largest, s.mean, s.deviation);
}

}  // namespace

double white_of(const NpyArray& x, const Note& note) {
  constexpr double kNearlyBlack = 32;
  if (x.kind == 'b') return 1;
  const Seen seen = look_at(x);
  if (seen.least < 0) {
    bad_pixels(x, fmt::format("{}; want 0 to 1 or 0 to 255: save the images before they are "
                              "standardised or shifted, or take the numbers as they are with "
                              "--floats",
                              to_string(seen)));
  }
  if (seen.largest > 255 * (1 + kRounding)) {
    bad_pixels(x, fmt::format("{}; want 0 to 1 or 0 to 255 (of 16 bits a pixel? save array // 257; "
                              "--floats takes the numbers as they are)",
                              to_string(seen)));
  }
  const bool floats = x.kind == 'f';
  if (floats && seen.largest <= 1 + kRounding) return 1;
  if (floats && seen.largest < 2) {
    bad_pixels(x, fmt::format("{}; neither 0 to 1 nor 0 to 255: save array / array.max(), or "
                              "take the numbers as they are with --floats",
                              to_string(seen)));
  }
  if (!floats && seen.largest == 1) {
    bad_pixels(x,
               "whole numbers, all 0 or 1, of which 1 is white or nearly black: save "
               "array.astype(bool) or array * 255 where it is white");
  }
  if (seen.largest > 0 && seen.largest < kNearlyBlack && note) {
    note(
        fmt::format("{}: {}, taken as 0 to 255: nearly black (where {:.4g} is white, save array * "
                    "(255 / {:.4g}))",
                    x.name, to_string(seen), seen.largest, seen.largest));
  }
  return 255;
}

std::vector<float> array_floats(const NpyArray& x) {
  std::vector<float> floats(static_cast<std::size_t>(x.count()));
  with_item_type(x, [&]<typename T>(T) {
    for (std::int64_t i = 0; i < x.count(); ++i) {
      float& value = floats[static_cast<std::size_t>(i)];
      value = static_cast<float>(item<T>(x, i));
      if (!std::isfinite(value)) bad_pixels(x, fmt::format("{} at number {}", value, i));
    }
  });
  return floats;
}

void to_pixels(const NpyArray& x, double white) {
  std::uint8_t* out = x.bytes.get() + x.header_size;
  with_item_type(x, [&]<typename T>(T) {
    for (std::int64_t i = 0; i < x.count(); ++i) {
      const auto value = static_cast<double>(item<T>(x, i));
      if (!(value >= 0 && value <= white * (1 + kRounding))) {
        bad_pixels(x, fmt::format("{} at pixel {}, want 0 to {}", value, i, white));
      }
      out[i] = static_cast<std::uint8_t>(std::lround(std::min(value, white) * (255 / white)));
    }
  });
}

}  // namespace lenet
