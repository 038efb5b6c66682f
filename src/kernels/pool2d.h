// Average and maximum pooling of one pack (D2L 6.5), the activation before it included where
// windows do not overlap.
#pragma once

#include <cstdint>

#include "lenet/function.h"

namespace lenet::kernels {

enum class Pooling { kAverage, kMaximum };

/// Sizes of a pooling: x is (channels, in_height, in_width), y is (channels, out_height,
/// out_width).
struct Pool2dShape {
  std::int64_t channels, in_height, in_width, out_height, out_width;
  std::int64_t kernel_height, kernel_width;
  std::int64_t stride_height, stride_width;
  std::int64_t pad_height, pad_width;

  /// No element of x lies in two windows and none in the padding.
  bool disjoint() const {
    return stride_height >= kernel_height && stride_width >= kernel_width && pad_height == 0 &&
           pad_width == 0;
  }
};

/// x = activation(x) in place, then y = the pooled x, in one pass. Needs shape.disjoint() and
/// told_by_value(activation). Elements of x outside every window stay as they are, and all of x
/// where its ReLU's maximum is taken: the backward pass asks only which are above 0.
void pool2d_forward(const Pool2dShape& shape, Pooling pooling, const Function& activation, float* x,
                    float* y);

/// x = dx * activation'(x) in place, from x as the forward pass left it and dy; 0 outside every
/// window. Needs what pool2d_forward() needs.
void pool2d_backward(const Pool2dShape& shape, Pooling pooling, const Function& activation,
                     const float* dy, float* x);

/// The same for any windows, without activation. Padding counts in the average, as 0, and never is
/// the maximum.
void pool2d_forward_overlapping(const Pool2dShape& shape, Pooling pooling, const float* x,
                                float* y);

/// Overwrites dx. The maximum's gradient goes to its first place in the window, by rows.
void pool2d_backward_overlapping(const Pool2dShape& shape, Pooling pooling, const float* x,
                                 const float* dy, float* dx);

}  // namespace lenet::kernels
