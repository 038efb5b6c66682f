#include "kernels/conv2d.h"

#include <algorithm>
#include <numeric>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/conv2d.cc"
#include <hwy/foreach_target.h>
// foreach_target.h comes first.
#include "kernels/conv2d_weight_gradient-inl.h"
#include "kernels/correlation-inl.h"
#include "kernels/plane-inl.h"
#include "kernels/plane_gradient-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lenet::kernels::HWY_NAMESPACE {

/// One channel that sees one has a nest of its own.
void correlate_any(const Correlation& s, const float* weight, const float* bias, const float* x,
                   float* y) {
  if (fits_plane(s)) return correlate_plane(s, weight, bias, x, y);
  correlate(s, weight, bias, x, y);
}

void group_forward(const Conv2dShape& s, const float* weight, const float* bias, const float* x,
                   float* y) {
  correlate_any({.h = {s.out_height, s.in_height, s.kernel_height, s.stride_height, -s.pad_height,
                       s.dilation_height},
                 .w = {s.out_width, s.in_width, s.kernel_width, s.stride_width, -s.pad_width,
                       s.dilation_width},
                 .in_channels = s.in_channels,
                 .out_channels = s.out_channels,
                 .xc = s.in_height * s.in_width * kPack,
                 .xh = s.in_width * kPack,
                 .xw = kPack,
                 .wc = s.taps() * s.out_channels,
                 .wh = s.kernel_width * s.out_channels,
                 .ww = s.out_channels,
                 .yc = s.out_height * s.out_width * kPack,
                 .yh = s.out_width * kPack,
                 .yw = kPack},
                weight, bias, x, y);
}

/// Floats of x and of y that belong to one group.
std::int64_t group_inputs(const Conv2dShape& group) {
  return group.in_channels * group.in_height * group.in_width * kPack;
}
std::int64_t group_outputs(const Conv2dShape& group) {
  return group.out_channels * group.out_height * group.out_width * kPack;
}

void Conv2dForward(const Conv2dShape& s, const float* weight, const float* bias, const float* x,
                   float* y) {
  const Conv2dShape group = s.group();
  for (std::int64_t g = 0; g < s.groups; ++g) {
    group_forward(group, weight + g * s.group_weights(),
                  bias ? bias + g * group.out_channels : nullptr, x + g * group_inputs(group),
                  y + g * group_outputs(group));
  }
}

/// Input positions first, first + stride, ... of one axis, as the outputs of a correlation over dy.
/// Only every tap_step-th tap meets them; the last of those taps comes first, so that positions of
/// dy ascend.
struct Phase {
  Axis axis;
  std::int64_t last_tap;  ///< the kernel's tap that the correlation's tap 0 stands for
  std::int64_t tap_step;
};

/// Position i of x meets tap t at (i + pad - t * dilation) / stride of dy, where that divides.
Phase phase_of(std::int64_t first, std::int64_t inputs, std::int64_t outputs, std::int64_t kernel,
               std::int64_t stride, std::int64_t pad, std::int64_t dilation) {
  const std::int64_t divisor = std::gcd(stride, dilation), tap_step = stride / divisor;
  std::int64_t first_tap = 0;
  while (first_tap < tap_step && (first + pad - first_tap * dilation) % stride != 0) ++first_tap;
  const bool meets = first_tap < tap_step && first_tap < kernel;
  const std::int64_t taps = meets ? ceil_div(kernel - first_tap, tap_step) : 0;
  const std::int64_t last_tap = first_tap + (taps - 1) * tap_step;
  const std::int64_t offset = (first + pad - last_tap * dilation) / stride;
  return {{ceil_div(inputs - first, stride), outputs, taps, 1, offset, dilation / divisor},
          last_tap,
          tap_step};
}

/// Zeroes the positions that no tap meets: rows fh, fh + stride, ... and columns likewise.
void zero_phase(const Conv2dShape& s, std::int64_t fh, std::int64_t fw, float* dx) {
  const F32 d;
  for (std::int64_t c = 0; c < s.in_channels; ++c) {
    for (std::int64_t h = fh; h < s.in_height; h += s.stride_height) {
      float* row = dx + (c * s.in_height + h) * s.in_width * kPack;
      for (std::int64_t w = fw; w < s.in_width; w += s.stride_width) {
        for (int v = 0; v < kVectors; ++v) hn::Store(hn::Zero(d), d, row + w * kPack + v * kLanes);
      }
    }
  }
}

void group_input_gradient(const Conv2dShape& s, const float* weight, const float* dy, float* dx) {
  for (std::int64_t fh = 0; fh < std::min(s.stride_height, s.in_height); ++fh) {
    const Phase h = phase_of(fh, s.in_height, s.out_height, s.kernel_height, s.stride_height,
                             s.pad_height, s.dilation_height);
    for (std::int64_t fw = 0; fw < std::min(s.stride_width, s.in_width); ++fw) {
      const Phase w = phase_of(fw, s.in_width, s.out_width, s.kernel_width, s.stride_width,
                               s.pad_width, s.dilation_width);
      if (h.axis.taps == 0 || w.axis.taps == 0) {
        zero_phase(s, fh, fw, dx);
        continue;
      }
      const std::int64_t tap = h.last_tap * s.kernel_width + w.last_tap;
      correlate_any({.h = h.axis,
                     .w = w.axis,
                     .in_channels = s.out_channels,
                     .out_channels = s.in_channels,
                     .xc = s.out_height * s.out_width * kPack,
                     .xh = s.out_width * kPack,
                     .xw = kPack,
                     .wc = s.taps() * s.in_channels,
                     .wh = -h.tap_step * s.kernel_width * s.in_channels,
                     .ww = -w.tap_step * s.in_channels,
                     .yc = s.in_height * s.in_width * kPack,
                     .yh = s.stride_height * s.in_width * kPack,
                     .yw = s.stride_width * kPack},
                    weight + tap * s.in_channels, nullptr, dy, dx + (fh * s.in_width + fw) * kPack);
    }
  }
}

void Conv2dInputGradient(const Conv2dShape& s, const float* weight, const float* dy, float* dx) {
  const Conv2dShape group = s.group();
  for (std::int64_t g = 0; g < s.groups; ++g) {
    group_input_gradient(group, weight + g * s.group_weights(), dy + g * group_outputs(group),
                         dx + g * group_inputs(group));
  }
}

/// dbias[o] = sum of dy[o], for B channels at once: one sum alone would wait for each addition.
template <int B>
void bias_gradient_block(std::int64_t positions, const float* dy, float* dbias) {
  const F32 d;
  Vec sum[B][kVectors];
  for (auto& channel : sum) {
    for (Vec& v : channel) v = hn::Zero(d);
  }
  for (std::int64_t i = 0; i < positions; ++i) {
#pragma GCC unroll 8
    for (int o = 0; o < B; ++o) {
      const float* at = dy + (o * positions + i) * kPack;
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) {
        sum[o][v] = hn::Add(sum[o][v], hn::Load(d, at + v * kLanes));
      }
    }
  }
  for (int o = 0; o < B; ++o) dbias[o] = sum_lanes(sum[o]);
}

void bias_gradient(const Conv2dShape& s, const float* dy, float* dbias) {
  const std::int64_t positions = s.out_height * s.out_width;
  std::int64_t o = 0;
  for (; o + 8 / kVectors <= s.out_channels; o += 8 / kVectors) {
    bias_gradient_block<8 / kVectors>(positions, dy + o * positions * kPack, dbias + o);
  }
  for (; o + 2 <= s.out_channels; o += 2) {
    bias_gradient_block<2>(positions, dy + o * positions * kPack, dbias + o);
  }
  for (; o < s.out_channels; ++o) {
    bias_gradient_block<1>(positions, dy + o * positions * kPack, dbias + o);
  }
}

void group_weight_gradient(const Conv2dShape& s, const float* x, const float* dy, float* dweight) {
  const std::int64_t x_plane = s.in_height * s.in_width * kPack;
  const std::int64_t x_row = s.in_width * kPack;
  const std::int64_t y_row = s.out_width * kPack;
  const bool pointwise = s.kernel_width == 1;  // then the input channels are the columns
  ProductSum k{.rows = 0,
               .columns = s.out_width,
               .inputs = s.in_width,
               .step = s.stride_width,
               .offset = -s.pad_width,
               .tap_shift = pointwise ? 0 : s.dilation_width,
               .xt = pointwise ? x_plane : s.dilation_width * kPack,
               .xh = s.stride_height * x_row,
               .dyj = s.out_height * y_row,
               .dyh = y_row,
               .dwj = s.in_channels * s.taps(),
               .dwt = pointwise ? s.taps() : 1};
  const std::int64_t channels = pointwise ? 1 : s.in_channels;
  const std::int64_t columns = pointwise ? s.in_channels : s.kernel_width;
  const std::int64_t most = best_columns(s.out_channels, columns);
  const std::int64_t blocks =
      ceil_div(s.out_channels,
               max_product_block(static_cast<int>(ceil_div(columns, ceil_div(columns, most)))));
  // The channels of dy outermost: a block of them stays in the L1 cache while all of x passes.
  for (std::int64_t i = 0; i < blocks; ++i) {
    const Axis::Range out = balanced_part(s.out_channels, blocks, i);
    for (std::int64_t c = 0; c < channels; ++c) {
      for (std::int64_t kh = 0; kh < s.kernel_height; ++kh) {
        const std::int64_t shift = kh * s.dilation_height - s.pad_height;
        // Rows of dy whose tap row kh lies on the input.
        const Axis rows{s.out_height, s.in_height, 1, s.stride_height, shift};
        const Axis::Range valid = rows.interior();
        k.rows = valid.size();
        product_sum(k, out.size(), columns, most, dy + out.first * k.dyj + valid.first * k.dyh,
                    x + c * x_plane + (valid.first * s.stride_height + shift) * x_row,
                    dweight + out.first * k.dwj + c * s.taps() + kh * s.kernel_width);
      }
    }
  }
}

void Conv2dWeightGradient(const Conv2dShape& s, const float* x, const float* dy, float* dweight,
                          float* dbias) {
  const Conv2dShape group = s.group();
  const PlaneGradient plane = plane_gradient_for(group);
  for (std::int64_t g = 0; g < s.groups; ++g) {
    const float *of_x = x + g * group_inputs(group), *of_dy = dy + g * group_outputs(group);
    float* to = dweight + g * s.group_weights();
    if (plane) {
      plane(group, of_x, of_dy, to);
    } else {
      group_weight_gradient(group, of_x, of_dy, to);
    }
  }
  if (dbias) bias_gradient(s, dy, dbias);
}

}  // namespace lenet::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lenet::kernels {

HWY_EXPORT(Conv2dForward);
HWY_EXPORT(Conv2dInputGradient);
HWY_EXPORT(Conv2dWeightGradient);

void conv2d_forward(const Conv2dShape& shape, const float* weight_cto, const float* bias,
                    const float* x, float* y) {
  HWY_DYNAMIC_DISPATCH(Conv2dForward)(shape, weight_cto, bias, x, y);
}

void conv2d_input_gradient(const Conv2dShape& shape, const float* weight_otc, const float* dy,
                           float* dx) {
  HWY_DYNAMIC_DISPATCH(Conv2dInputGradient)(shape, weight_otc, dy, dx);
}

void conv2d_weight_gradient(const Conv2dShape& shape, const float* x, const float* dy,
                            float* dweight, float* dbias) {
  HWY_DYNAMIC_DISPATCH(Conv2dWeightGradient)(shape, x, dy, dweight, dbias);
}

}  // namespace lenet::kernels
#endif  // HWY_ONCE
