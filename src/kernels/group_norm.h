// Normalisation of groups of channels, each image by itself (Wu and He 2018), of one pack at a
// time.
#pragma once

#include <cstdint>

namespace lenet::kernels {

/// x is (groups, channels, positions, kPack).
struct GroupShape {
  std::int64_t groups;
  std::int64_t channels;  ///< of a group
  std::int64_t positions;
  double eps;
};

/// y = (x - mean) / sqrt(variance + eps) * weight + bias, by the statistics of the group in the
/// same lane. weight, bias: (groups * channels).
void group_norm_forward(const GroupShape& shape, const float* weight, const float* bias,
                        const float* x, float* y);

/// Gradients by weight, bias and x, each unless its place is null; those by weight and bias summed
/// over the lanes. dx may be x. dy is 0 in blank lanes.
void group_norm_backward(const GroupShape& shape, const float* weight, const float* x,
                         const float* dy, float* dx, float* dweight, float* dbias);

}  // namespace lenet::kernels
