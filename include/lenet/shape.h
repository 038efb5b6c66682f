// The shape of one image or of one row of features, without the batch.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lenet/export.h"

namespace LENET_PUBLIC lenet {

/// Sizes without the batch: {channels, height, width}, or {features} once flattened.
using Shape = std::vector<std::int64_t>;

/// Product of the sizes. Throws Error (kUsage) if a size is below 1 or the product exceeds 2^40.
std::int64_t element_count(const Shape& shape);

/// "1x28x28".
std::string to_string(const Shape& shape);

/// A height and a width; one number means both.
struct Size2d {
  std::int64_t height, width;

  constexpr Size2d(std::int64_t both)
      : height(both), width(both) {}  // NOLINT: kernel = 5 reads as in PyTorch
  constexpr Size2d(std::int64_t h, std::int64_t w) : height(h), width(w) {}
  bool operator==(const Size2d&) const = default;
};

}  // namespace lenet
