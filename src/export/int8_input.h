// An image in the 8-bit integers that a network begins with.
#pragma once

#include <cstdint>
#include <vector>

#include "export/affine8.h"
#include "lenet/sequential.h"

namespace lenet {

/// What normalises and quantizes an image: of bytes by a table, of numbers by their steps from the
/// mean. One for each channel, or one for all.
struct Int8Input {
  std::vector<Table8> pixels = {};           ///< the value for each byte; none for numbers
  std::vector<float> mean = {}, steps = {};  ///< of numbers: zero + round((x - mean) * steps)
  std::int32_t zero = 0;

  bool takes_bytes() const { return !pixels.empty(); }

  /// The values of an image of `count` elements, as takes_bytes() says. What is no number is taken
  /// for the least, as in C.
  std::vector<std::int8_t> of(const std::uint8_t* image, std::int64_t count) const;
  std::vector<std::int8_t> of(const float* image, std::int64_t count) const;
};

Int8Input input_of_bytes(const Normalization& normalization, const Affine8& scale);
Int8Input input_of_numbers(const Normalization& normalization, const Affine8& scale);

}  // namespace lenet
