// Average and maximum pooling of one pack (D2L 6.5), the activation before it included where
// windows do not overlap.
#pragma once

#include "base/pool_formula.h"
#include "lenet/function.h"

namespace lenet::kernels {

enum class Pooling { kAverage, kMaximum };

/// x = activation(x) in place, then y = the pooled x, in one pass. Needs shape.disjoint() and
/// told_by_value(activation). Elements of x outside every window stay as they are, and all of x
/// where its ReLU's maximum is taken: the backward pass asks only which are above 0.
void pool2d_forward(const Pool2dShape& shape, Pooling pooling, const Function& activation, float* x,
                    float* y);

/// x = dx * activation'(x) in place, from x as the forward pass left it and dy; 0 outside every
/// window. Needs what pool2d_forward() needs.
void pool2d_backward(const Pool2dShape& shape, Pooling pooling, const Function& activation,
                     const float* dy, float* x);

/// The same for any windows, without activation. Places round x count in the average as the shape
/// says, as 0, and never are the maximum.
void pool2d_forward_overlapping(const Pool2dShape& shape, Pooling pooling, const float* x,
                                float* y);

/// Overwrites dx. The maximum's gradient goes to its first place in the window, by rows.
void pool2d_backward_overlapping(const Pool2dShape& shape, Pooling pooling, const float* x,
                                 const float* dy, float* dx);

}  // namespace lenet::kernels
