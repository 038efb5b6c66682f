// Setting some of the training images aside.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lenet/dataset.h"
#include "lenet/export.h"

namespace LENET_PUBLIC lenet {

/// Image indices, each list ascending; together they name every image once.
struct Split {
  std::vector<std::int32_t> train, holdout;
  std::int64_t small_classes = 0;  ///< with too few images to set any aside
  bool by_class = true;            ///< false: too few in all, so that those were taken of any class
};

/// Sets aside `fraction` of the images of every class, rounded to the nearest number, but not all
/// of them, and chosen by `seed`; images without classes count as one. Where that is none of any
/// class, as with one image a class, the fraction of all images. Throws Error (kUsage) if the
/// fraction is not between 0 and 1, and for one image alone.
Split stratified_split(const Dataset& data, double fraction, std::uint64_t seed);

/// "2 classes have too few images to set a share of 0.1 aside, and keep all"; "" if there are none.
std::string small_classes_text(const Split& split, double fraction);

}  // namespace lenet
