// Normalisation of channels over a batch, of one pack at a time (Ioffe and Szegedy 2015; D2L 7.5).
#pragma once

#include <cstdint>

namespace lenet::kernels {

/// x is (channels, positions, kPack).
struct ChannelShape {
  std::int64_t channels, positions;
};

/// What each channel is normalised by: y = (x - mean) * scale + shift, with scale = weight *
/// inverse, inverse = 1 / sqrt(variance + eps). One float a channel each.
struct ChannelScaling {
  const float* mean;
  const float* inverse;
  const float* scale;
  const float* shift;
};

/// mean[c] and squares[c] = sum of (x - mean[c])^2 over the positions of the first `images` lanes.
void channel_statistics(const ChannelShape& shape, std::int64_t images, const float* x, float* mean,
                        float* squares);

/// y may be x.
void batch_norm_forward(const ChannelShape& shape, const ChannelScaling& by, const float* x,
                        float* y);

/// The same of one image, (channels, positions). y may be x.
void image_batch_norm(const ChannelShape& shape, const ChannelScaling& by, const float* x,
                      float* y);

/// sum[c] = sum of dy, product[c] = sum of dy * (x - mean) * inverse. dy is 0 in blank lanes.
void batch_norm_sums(const ChannelShape& shape, const ChannelScaling& by, const float* x,
                     const float* dy, float* sum, float* product);

/// dx = scale * (dy - mean_dy - (x - mean) * inverse * mean_product), and 0 in lanes from `images`
/// on. dx may be x.
void batch_norm_backward(const ChannelShape& shape, std::int64_t images, const ChannelScaling& by,
                         const float* mean_dy, const float* mean_product, const float* x,
                         const float* dy, float* dx);

}  // namespace lenet::kernels
