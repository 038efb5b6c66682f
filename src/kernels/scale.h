// A value times one that its channels share, of one pack at a time.
#pragma once

#include "kernels/batch_norm.h"

namespace lenet::kernels {

/// y = x * gate, gate (channels, kPack). y may be x.
void scale_forward(const ChannelShape& shape, const float* x, const float* gate, float* y);

/// dgate = the sums of x * dy over the positions, in each lane.
void scale_backward_gate(const ChannelShape& shape, const float* x, const float* dy, float* dgate);

}  // namespace lenet::kernels
