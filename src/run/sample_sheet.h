// A picture of what a data set holds.
#pragma once

#include "lenet/dataset.h"
#include "lenet/image.h"

namespace lenet {

/// A row of each class' first ten images, on grey; small images are enlarged. Throws Error (kUsage)
/// if the picture would be larger than lenet reads.
Image sample_sheet(const Dataset& data);

}  // namespace lenet
