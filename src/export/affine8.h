// Real numbers as integers of 8 bits, and their sums brought from one scale to another.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "lenet/function.h"

namespace lenet {

/// The least and the largest value seen, 0 among them.
struct ValueRange {
  float least = 0, most = 0;

  void include(float value) {
    least = value < least ? value : least;
    most = value > most ? value : most;
  }
};

/// x = scale * (q - zero), q in [-128, 127]. 0 is exactly q = zero.
struct Affine8 {
  double scale = 1.0 / 255;
  std::int32_t zero = -128;

  /// Over the range. Where that is 0 alone, as behind a ReLU that lets nothing pass, from 0 to 1.
  static Affine8 over(const ValueRange& range);
  std::int8_t quantize(double x) const;
};

/// Multiplies a sum of 32 bits by a positive real number: sum * multiplier / 2^shift, rounded to
/// the nearest, halves away from 0.
struct Rescaling {
  std::int32_t multiplier;  ///< 2^30 to 2^31 - 1, or 0 for a factor that brings all sums to 0
  std::uint8_t shift;       ///< 1 to 62

  static Rescaling by(double factor);
  /// The product plus `zero`, saturated.
  std::int8_t apply(std::int32_t sum, std::int32_t zero) const;
};

/// The value for q at q + 128; of an image's byte b at b.
using Table8 = std::array<std::int8_t, 256>;

Table8 table_of(const Function& function, const Affine8& in, const Affine8& out);

/// The table that changes nothing.
bool is_identity(const Table8& table);

std::vector<std::int8_t> look_up(const Table8& table, std::vector<std::int8_t> x);

}  // namespace lenet
