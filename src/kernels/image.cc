#include "kernels/image.h"

#include <algorithm>

#include "base/pixel_formula.h"
#include "kernels/image_sizes.h"
#include "kernels/transpose.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/image.cc"
#include <hwy/foreach_target.h>
// foreach_target.h comes first.
#include "kernels/correlation-inl.h"
#include "kernels/divide_by_255-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lenet::kernels::HWY_NAMESPACE {

void ImageScale(const std::uint8_t* pixels, std::int64_t count, float* x) {
  const F32 d;
  const hn::Rebind<std::int32_t, F32> wide;
  const hn::Rebind<std::uint8_t, F32> narrow;
  std::int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    const auto v = hn::ConvertTo(d, hn::PromoteTo(wide, hn::LoadU(narrow, pixels + i)));
    hn::StoreU(divide_by_255(d, v), d, x + i);
  }
  for (; i < count; ++i) x[i] = pixel_value(pixels[i]);
}

/// A padded copy of the input, if there is padding.
struct PaddedInput {
  const float* x;
  std::int64_t plane, row;
};

PaddedInput pad(const Conv2dShape& s, const float* x, float* padded) {
  const auto [height, row] = padded_size(s);
  const std::int64_t plane = height * row;
  if (height == s.in_height && row == s.in_width) return {x, plane, row};
  std::fill_n(padded, s.in_channels * plane, 0.0f);
  for (std::int64_t c = 0; c < s.in_channels; ++c) {
    float* to = padded + c * plane + s.pad_height * row + s.pad_width;
    for (std::int64_t h = 0; h < s.in_height; ++h, x += s.in_width, to += row) {
      std::copy_n(x, s.in_width, to);
    }
  }
  return {padded, plane, row};
}

/// Sixteen positions of a row in the lanes, as sixteen images are in a pack; B channels at a time.
void conv2d_positions(const Conv2dShape& s, const PaddedInput& in, const float* weight,
                      const float* bias, float* y) {
  const std::int64_t plane = s.out_height * s.out_width;
  Contraction k{.nc = s.in_channels,
                .nh = s.kernel_height,
                .nw = s.kernel_width,
                .xc = in.plane,
                .xh = in.row,
                .xw = 1,
                .xp = 0,
                .wc = s.taps() * s.out_channels,
                .wh = s.kernel_width * s.out_channels,
                .ww = s.out_channels,
                .yj = plane,
                .yp = 0,
                .resume = false};
  // The last vector of a row ends with it, over some of the one before; a row shorter than a vector
  // goes through `part`.
  alignas(64) float part[kMaxChannels * kPack];
  const bool narrow = s.out_width < kPack;
  const int most = std::min(2, best_positions(s.out_channels, ceil_div(s.out_width, kPack)));
  const std::int64_t last = narrow ? 0 : s.out_width - kPack;
  const std::int64_t blocks = ceil_div(s.out_channels, max_block(most));
  for (std::int64_t oh = 0; oh < s.out_height; ++oh) {
    const float* x = in.x + oh * s.stride_height * in.row;
    for (std::int64_t b = 0; b < blocks; ++b) {
      const Axis::Range channel = balanced_part(s.out_channels, blocks, b);
      const int channels = static_cast<int>(channel.size());
      const float* block_bias = bias ? bias + channel.first : nullptr;
      float* row = y + channel.first * plane + oh * s.out_width;
      if (narrow) {
        k.yj = kPack;
        contract(channels, 1, k, weight + channel.first, block_bias, x, part);
        for (int j = 0; j < channels; ++j) {
          std::copy_n(part + j * kPack, s.out_width, row + j * plane);
        }
        continue;
      }
      for (std::int64_t ow = 0; ow <= last;) {
        const std::int64_t second = std::min(ow + kPack, last);
        const int positions = most == 2 && second > ow ? 2 : 1;
        k.xp = k.yp = second - ow;
        contract(channels, positions, k, weight + channel.first, block_bias, x + ow, row + ow);
        const std::int64_t done = positions == 2 ? second : ow;
        if (done == last) break;
        ow = std::min(done + kPack, last);
      }
    }
  }
}

/// Sixteen output channels in the lanes: the weights are the vectors, and positions the broadcast
/// factors.
void conv2d_channels(const Conv2dShape& s, const PaddedInput& in, const float* weight,
                     const float* bias, float* y, float* turned) {
  const std::int64_t groups = ceil_div(s.out_channels, kPack), width = groups * kPack;
  const std::int64_t positions = s.out_height * s.out_width;
  for (std::int64_t p = 0; p < positions; ++p) {
    if (bias) {
      std::copy_n(bias, s.out_channels, turned + p * width);
    } else {
      std::fill_n(turned + p * width, s.out_channels, 0.0f);
    }
  }
  const Contraction k{.nc = s.in_channels,
                      .nh = s.kernel_height,
                      .nw = s.kernel_width,
                      .xc = s.taps() * s.out_channels,
                      .xh = s.kernel_width * s.out_channels,
                      .xw = s.out_channels,
                      .xp = kPack,
                      .wc = in.plane,
                      .wh = in.row,
                      .ww = 1,
                      .yj = width,
                      .yp = kPack,
                      .resume = true};
  const std::int64_t most = best_positions(s.out_width, groups);  // groups at a time
  for (std::int64_t oh = 0; oh < s.out_height; ++oh) {
    const float* x = in.x + oh * s.stride_height * in.row;
    for (std::int64_t g = 0; g < groups;) {
      const auto count = static_cast<int>(std::min(most, groups - g));
      const std::int64_t blocks = ceil_div(s.out_width, max_block(count));
      for (std::int64_t b = 0; b < blocks; ++b) {
        const Axis::Range column = balanced_part(s.out_width, blocks, b);
        contract(static_cast<int>(column.size()), count, k, x + column.first, nullptr,
                 weight + g * kPack,
                 turned + (oh * s.out_width + column.first) * width + g * kPack);
      }
      g += count;
    }
  }
  transpose(positions, s.out_channels, {turned, width}, {y, positions});
}

/// The share of lanes that work when n of something lie in vectors of kPack.
double use_of_lanes(std::int64_t n) {
  return static_cast<double>(n) / static_cast<double>(ceil_div(n, kPack) * kPack);
}

/// One group, whose columns slide by 1.
void group_conv2d(const Conv2dShape& s, const PaddedInput& in, const float* weight,
                  const float* bias, float* y, float* turned) {
  if (use_of_lanes(s.out_channels) > use_of_lanes(s.out_width)) {
    conv2d_channels(s, in, weight, bias, y, turned);
  } else {
    conv2d_positions(s, in, weight, bias, y);
  }
}

/// Where columns slide by more than 1 those between are computed too, and left out.
void ImageConv2d(const Conv2dShape& s, const float* weight, const float* bias, const float* x,
                 float* y, float* scratch) {
  const PaddedInput in = pad(s, x, scratch);
  const Conv2dShape dense = dense_group(s);
  float* turned = scratch + padded_floats(s);
  float* all = turned + turned_floats(dense);
  const std::int64_t rows = dense.out_channels * s.out_height;
  for (std::int64_t g = 0; g < s.groups; ++g) {
    float* to = y + g * rows * s.out_width;
    group_conv2d(dense, {in.x + g * dense.in_channels * in.plane, in.plane, in.row},
                 weight + g * s.group_weights(), bias ? bias + g * dense.out_channels : nullptr,
                 s.stride_width == 1 ? to : all, turned);
    if (s.stride_width == 1) continue;
    for (std::int64_t row = 0; row < rows; ++row) {
      for (std::int64_t ow = 0; ow < s.out_width; ++ow) {
        *to++ = all[row * dense.out_width + ow * s.stride_width];
      }
    }
  }
}

/// Outputs in the lanes.
void ImageLinear(std::int64_t inputs, std::int64_t outputs, const float* weight, const float* bias,
                 const float* x, float* y) {
  const Contraction k{.nc = 1,
                      .nh = 1,
                      .nw = inputs,
                      .xc = 0,
                      .xh = 0,
                      .xw = outputs,
                      .xp = kPack,
                      .wc = 0,
                      .wh = 0,
                      .ww = 1,
                      .yj = 0,
                      .yp = kPack,
                      .resume = true};
  if (bias) {
    std::copy_n(bias, outputs, y);
  } else {
    std::fill_n(y, outputs, 0.0f);
  }
  for (std::int64_t groups = ceil_div(outputs, kPack), g = 0; g < groups;) {
    const auto count = static_cast<int>(std::min<std::int64_t>(kMaxPositions, groups - g));
    contract(1, count, k, x, nullptr, weight + g * kPack, y + g * kPack);
    g += count;
  }
}

template <class F>
void pool_rows(const Pool2dShape& s, const float* x, float* y, F pool) {
  const F32 d;
  const std::int64_t in_width = s.width.in, plane = s.height.in * in_width;
  for (std::int64_t c = 0; c < s.channels; ++c, x += plane) {
    for (std::int64_t oh = 0; oh < s.height.out; ++oh, y += s.width.out) {
      const float* row = x + 2 * oh * in_width;
      // What goes beyond the row is overwritten by the next.
      for (std::int64_t ow = 0; ow < s.width.out; ow += kLanes) {
        Vec a, b, e, f;
        hn::LoadInterleaved2(d, row + 2 * ow, a, b);
        hn::LoadInterleaved2(d, row + in_width + 2 * ow, e, f);
        hn::StoreU(pool(a, b, e, f), d, y + ow);
      }
    }
  }
}

void ImagePool2d(const Pool2dShape& s, Pooling pooling, const float* x, float* y) {
  const F32 d;
  const auto larger = [](Vec max, Vec v) HWY_ATTR {  // a NaN is the maximum, as in PyTorch
    return hn::IfThenElse(hn::Or(hn::Gt(v, max), hn::IsNaN(v)), v, max);
  };
  switch (pooling) {
    case Pooling::kAverage:
      return pool_rows(s, x, y, [d](Vec a, Vec b, Vec e, Vec f) HWY_ATTR {
        return hn::Mul(hn::Add(hn::Add(hn::Add(a, b), e), f), hn::Set(d, 0.25f));
      });
    case Pooling::kMaximum:
      return pool_rows(s, x, y, [&](Vec a, Vec b, Vec e, Vec f) HWY_ATTR {
        return larger(larger(larger(a, b), e), f);
      });
  }
}

}  // namespace lenet::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lenet::kernels {

HWY_EXPORT(ImageScale);
HWY_EXPORT(ImageConv2d);
HWY_EXPORT(ImageLinear);
HWY_EXPORT(ImagePool2d);

void image_scale(const std::uint8_t* pixels, std::int64_t count, float* x) {
  HWY_DYNAMIC_DISPATCH(ImageScale)(pixels, count, x);
}

bool image_conv2d_fits(const Conv2dShape& s) {
  return s.dilation_height == 1 && s.dilation_width == 1 && s.stride_width <= 4;
}

std::int64_t image_conv2d_scratch(const Conv2dShape& s) {
  const Conv2dShape dense = dense_group(s);
  return padded_floats(s) + turned_floats(dense) + (s.stride_width > 1 ? group_floats(dense) : 0);
}

void image_conv2d(const Conv2dShape& shape, const float* weight_cto, const float* bias,
                  const float* x, float* y, float* scratch) {
  HWY_DYNAMIC_DISPATCH(ImageConv2d)(shape, weight_cto, bias, x, y, scratch);
}

void image_linear(std::int64_t inputs, std::int64_t outputs, const float* weight_io,
                  const float* bias, const float* x, float* y) {
  HWY_DYNAMIC_DISPATCH(ImageLinear)(inputs, outputs, weight_io, bias, x, y);
}

bool image_pool2d_fits(const Pool2dShape& s) {
  const auto halves = [](const PoolAxis& axis) { return axis.kernel == 2 && axis.stride == 2; };
  return halves(s.height) && halves(s.width) && s.disjoint();
}

void image_pool2d(const Pool2dShape& shape, Pooling pooling, const float* x, float* y) {
  HWY_DYNAMIC_DISPATCH(ImagePool2d)(shape, pooling, x, y);
}

}  // namespace lenet::kernels
#endif  // HWY_ONCE
