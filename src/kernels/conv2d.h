// Convolution of one pack (D2L 6.2 to 6.4), by the definition and without copies of the input.
#pragma once

#include <cstdint>

namespace lenet::kernels {

/// Sizes of a convolution: x is (in_channels, in_height, in_width), y is (out_channels, out_height,
/// out_width). Padding is what lies before the first row and column; what lies behind the last
/// follows from the output's size.
struct Conv2dShape {
  std::int64_t in_channels, in_height, in_width;
  std::int64_t out_channels, out_height, out_width;
  std::int64_t kernel_height, kernel_width;
  std::int64_t stride_height, stride_width;
  std::int64_t pad_height, pad_width;
  std::int64_t dilation_height = 1, dilation_width = 1;
  std::int64_t groups = 1;  ///< each of as many channels of x and of y, which see no others

  std::int64_t taps() const { return kernel_height * kernel_width; }

  /// One of the groups alone, and the floats of its weight.
  Conv2dShape group() const {
    Conv2dShape one = *this;
    one.in_channels /= groups;
    one.out_channels /= groups;
    one.groups = 1;
    return one;
  }
  std::int64_t group_weights() const {
    return in_channels / groups * taps() * (out_channels / groups);
  }
};

// Of weights (out_channels, in_channels / groups, taps). Both layouts hold group after group.

/// y[o] = bias[o] + sum over input channels c of o's group and taps of
/// weight[o][c][tap] * x[c][position of tap].
///
/// weight_cto: each group's weights laid out (in_channels, taps, out_channels) of the group. bias
/// may be null.
/// x, y: packs of the shapes above, aligned to 64 bytes.
void conv2d_forward(const Conv2dShape& shape, const float* weight_cto, const float* bias,
                    const float* x, float* y);

/// dx[c] = sum over output channels o and taps of weight[o][c][tap] * dy[o][position that read x
/// through tap].
///
/// weight_otc: each group's weights laid out (out_channels, taps, in_channels) of the group. Every
/// element of dx is written.
void conv2d_input_gradient(const Conv2dShape& shape, const float* weight_otc, const float* dy,
                           float* dx);

/// dweight[o][c][tap] = sum over positions and lanes of dy[o] * x[c][position of tap]; dbias[o] =
/// sum of dy[o].
///
/// dweight: (out_channels, in_channels / groups, taps), overwritten. dbias may be null.
void conv2d_weight_gradient(const Conv2dShape& shape, const float* x, const float* dy,
                            float* dweight, float* dbias);

}  // namespace lenet::kernels
