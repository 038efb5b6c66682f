// max(x, 0) + weight min(x, 0), a weight a channel (He 2015), of one pack at a time.
#pragma once

#include "kernels/batch_norm.h"

namespace lenet::kernels {

/// x and y are (channels, positions, kPack). y may be x.
void prelu_forward(const ChannelShape& shape, const float* weight, const float* x, float* y);

/// Gradients by x and by the weights, each unless its place is null; those by the weights summed
/// over the lanes. dx may be x. dy is 0 in blank lanes.
void prelu_backward(const ChannelShape& shape, const float* weight, const float* x, const float* dy,
                    float* dx, float* dweight);

}  // namespace lenet::kernels
