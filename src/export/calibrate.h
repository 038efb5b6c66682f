// The range of each activation.
#pragma once

#include <cstdint>
#include <vector>

#include "export/device_operation.h"
#include "lenet/dataset.h"
#include "lenet/sequential.h"

namespace lenet {

/// What the values of a network can be.
struct ValueRanges {
  ValueRange image;               ///< normalised; of bytes what any image can be
  std::vector<ValueRange> nodes;  ///< the value of each
};

/// The ranges over `images` of `data`, evenly spaced. Throws Error (kBadInput) if a value is not
/// finite.
ValueRanges calibrate(const std::vector<FloatOperationPtr>& operations,
                      const Normalization& normalization, const Dataset& data, std::int64_t images);

}  // namespace lenet
