// Setting some of the training images aside.
#pragma once

#include <cstdint>
#include <vector>

#include "lenet/dataset.h"
#include "lenet/export.h"

namespace LENET_PUBLIC lenet {

/// Image indices, each list ascending; together they name every image once.
struct Split {
  std::vector<std::int32_t> train, holdout;
};

/// Sets aside `fraction` of the images of every class, rounded to the nearest number and chosen by
/// `seed`. Throws Error (kUsage) if the fraction is not between 0 and 1, or if a class that has
/// images would have none left on one side.
Split stratified_split(const Dataset& data, double fraction, std::uint64_t seed);

}  // namespace lenet
