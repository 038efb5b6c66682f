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

/// What byte / 255, normalised, can be in any channel.
ValueRange pixel_range(const Normalization& normalization);

/// The range of the outputs of each node over `images` of `data`, evenly spaced. Throws Error
/// (kBadInput) if one is not finite.
std::vector<ValueRange> calibrate(const std::vector<InferenceNode>& nodes,
                                  const Normalization& normalization, const Dataset& data,
                                  std::int64_t images);

}  // namespace lenet
