// What the pixels of a data set are like, to normalize images with.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lenet/dataset.h"
#include "lenet/export.h"

namespace LENET_PUBLIC lenet {

/// One value a channel, of pixels that count as byte / 255, or as they are in images of floats.
struct PixelStatistics {
  std::vector<float> mean;
  std::vector<float> deviation;  ///< of the population: torch.std(unbiased=False)
};

/// Statistics of all pixels of the images that `indices` names: of bytes from exact counts of each.
/// Throws Error (kUsage) if it names none, or one that `data` does not have.
PixelStatistics pixel_statistics(const Dataset& data, std::span<const std::int32_t> indices);

}  // namespace lenet
