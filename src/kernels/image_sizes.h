// Sizes of a convolution of one image: its padded input, and what it leaves on the way.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/packs.h"
#include "kernels/conv2d.h"

namespace lenet::kernels {

/// Height and width with the padding that the windows reach.
struct PaddedSize {
  std::int64_t height, width;
};

inline PaddedSize padded_size(const Conv2dShape& s) {
  return {
      std::max(s.in_height + s.pad_height, (s.out_height - 1) * s.stride_height + s.kernel_height),
      std::max(s.in_width + s.pad_width, (s.out_width - 1) * s.stride_width + s.kernel_width)};
}

/// One group with a column of outputs for each column of the input that a window begins at.
inline Conv2dShape dense_group(const Conv2dShape& s) {
  Conv2dShape dense = s.group();
  dense.out_width = (s.out_width - 1) * s.stride_width + 1;
  dense.stride_width = 1;
  return dense;
}

/// Floats of the padded input, of the outputs of a group with channels in the lanes, and of those
/// as they are, each with room to read behind it.
inline std::int64_t padded_floats(const Conv2dShape& s) {
  const auto [height, width] = padded_size(s);
  return whole_packs(s.in_channels * height * width) + 2 * kPack;
}
inline std::int64_t turned_floats(const Conv2dShape& group) {
  return whole_packs(group.out_channels) * group.out_height * group.out_width + kPack;
}
inline std::int64_t group_floats(const Conv2dShape& group) {
  return whole_packs(group.out_channels * group.out_height * group.out_width) + kPack;
}

}  // namespace lenet::kernels
