#include "kernels/conv2d.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/conv2d.cc"
#include <hwy/foreach_target.h>
// foreach_target.h comes first.
#include "kernels/conv2d_weight_gradient-inl.h"
#include "kernels/correlation-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lenet::kernels::HWY_NAMESPACE {

void Conv2dForward(const Conv2dShape& s, const float* weight, const float* bias, const float* x,
                   float* y) {
  const std::int64_t x_plane = s.in_height * s.in_width * kPack;
  const std::int64_t y_plane = s.out_height * s.out_width * kPack;
  correlate({.h = {s.out_height, s.in_height, s.kernel_height, s.stride_height, -s.pad_height},
             .w = {s.out_width, s.in_width, s.kernel_width, s.stride_width, -s.pad_width},
             .in_channels = s.in_channels,
             .out_channels = s.out_channels,
             .xc = x_plane,
             .xh = s.in_width * kPack,
             .xw = kPack,
             .wc = s.taps() * s.out_channels,
             .wh = s.kernel_width * s.out_channels,
             .ww = s.out_channels,
             .yc = y_plane,
             .yh = s.out_width * kPack,
             .yw = kPack},
            weight, bias, x, y);
}

/// Input positions first, first + stride, ... of one axis, as the outputs of a correlation over dy.
/// Only every stride-th tap meets them; the last of those taps comes first, so that positions of dy
/// ascend.
struct Phase {
  Axis axis;
  std::int64_t last_tap;  ///< the kernel's tap that the correlation's tap 0 stands for
};

Phase phase_of(std::int64_t first, std::int64_t inputs, std::int64_t outputs, std::int64_t kernel,
               std::int64_t stride, std::int64_t pad) {
  const std::int64_t first_tap = (first + pad) % stride;
  const std::int64_t taps = first_tap < kernel ? ceil_div(kernel - first_tap, stride) : 0;
  const std::int64_t offset = (first + pad - first_tap) / stride - (taps - 1);
  return {{ceil_div(inputs - first, stride), outputs, taps, 1, offset},
          first_tap + (taps - 1) * stride};
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

void Conv2dInputGradient(const Conv2dShape& s, const float* weight, const float* dy, float* dx) {
  for (std::int64_t fh = 0; fh < std::min(s.stride_height, s.in_height); ++fh) {
    const Phase h =
        phase_of(fh, s.in_height, s.out_height, s.kernel_height, s.stride_height, s.pad_height);
    for (std::int64_t fw = 0; fw < std::min(s.stride_width, s.in_width); ++fw) {
      const Phase w =
          phase_of(fw, s.in_width, s.out_width, s.kernel_width, s.stride_width, s.pad_width);
      if (h.axis.taps == 0 || w.axis.taps == 0) {
        zero_phase(s, fh, fw, dx);
        continue;
      }
      const std::int64_t tap = h.last_tap * s.kernel_width + w.last_tap;
      correlate({.h = h.axis,
                 .w = w.axis,
                 .in_channels = s.out_channels,
                 .out_channels = s.in_channels,
                 .xc = s.out_height * s.out_width * kPack,
                 .xh = s.out_width * kPack,
                 .xw = kPack,
                 .wc = s.taps() * s.in_channels,
                 .wh = -s.stride_height * s.kernel_width * s.in_channels,
                 .ww = -s.stride_width * s.in_channels,
                 .yc = s.in_height * s.in_width * kPack,
                 .yh = s.stride_height * s.in_width * kPack,
                 .yw = s.stride_width * kPack},
                weight + tap * s.in_channels, nullptr, dy, dx + (fh * s.in_width + fw) * kPack);
    }
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

void Conv2dWeightGradient(const Conv2dShape& s, const float* x, const float* dy, float* dweight,
                          float* dbias) {
  const std::int64_t x_plane = s.in_height * s.in_width * kPack;
  const std::int64_t x_row = s.in_width * kPack;
  const std::int64_t y_row = s.out_width * kPack;
  const bool pointwise = s.kernel_width == 1;  // then the input channels are the columns
  ProductSum k{.rows = 0,
               .columns = s.out_width,
               .inputs = s.in_width,
               .step = s.stride_width,
               .offset = -s.pad_width,
               .tap_shift = pointwise ? 0 : 1,
               .xt = pointwise ? x_plane : kPack,
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
        // Rows of dy whose tap row kh lies on the input.
        const Axis rows{s.out_height, s.in_height, 1, s.stride_height, kh - s.pad_height};
        const Axis::Range valid = rows.interior();
        k.rows = valid.size();
        product_sum(k, out.size(), columns, most, dy + out.first * k.dyj + valid.first * k.dyh,
                    x + c * x_plane + (valid.first * s.stride_height + kh - s.pad_height) * x_row,
                    dweight + out.first * k.dwj + c * s.taps() + kh * s.kernel_width);
      }
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
