// The range of each activation.
#pragma once

#include <cstdint>
#include <vector>

#include "lenet/dataset.h"
#include "lenet/sequential.h"
#include "nn/inference.h"

namespace lenet {

/// The least and the largest value seen, 0 among them.
struct ValueRange {
  float least = 0, most = 0;

  void include(float value) {
    least = value < least ? value : least;
    most = value > most ? value : most;
  }
};

/// What the values of a network can be.
struct ValueRanges {
  ValueRange image;               ///< normalised; of bytes what any image can be
  std::vector<ValueRange> nodes;  ///< the outputs of each
};

/// The ranges over `images` of `data`, evenly spaced. Throws Error (kBadInput) if a value is not
/// finite.
ValueRanges calibrate(const std::vector<InferenceNode>& nodes, const Normalization& normalization,
                      const Dataset& data, std::int64_t images);

}  // namespace lenet
