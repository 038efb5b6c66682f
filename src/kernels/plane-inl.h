// Convolutions of one channel that sees one channel, as the groups of a depthwise convolution are:
// there is nothing to share but the columns of x, each of which lies under several taps.

#if defined(LENET_KERNELS_PLANE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LENET_KERNELS_PLANE_INL_H_
#undef LENET_KERNELS_PLANE_INL_H_
#else
#define LENET_KERNELS_PLANE_INL_H_
#endif

#include <algorithm>
#include <cstdint>

#include "kernels/conv2d.h"
#include "kernels/correlation-inl.h"
#include "kernels/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lenet::kernels::HWY_NAMESPACE {

/// Positions of a tile: their sums fill half of the registers, but more than eight hide nothing.
inline constexpr int kTile = std::min(8, kRegisters / 2 / kVectors);

/// P positions of one row of y, of K taps a row in `rows` rows. Each column of x is loaded once a
/// row, for all taps that it lies under. `column`: of x, under the first tap of the first position.
/// kBorder: only columns that lie on x.
template <int K, int kStep, int P, bool kBorder>
void plane_tile(const Correlation& s, std::int64_t rows, std::int64_t column,
                const float* HWY_RESTRICT weight, float bias, const float* HWY_RESTRICT x,
                float* HWY_RESTRICT y) {
  const F32 d;
  Vec sum[P][kVectors];
#pragma GCC unroll 8
  for (auto& position : sum) {
#pragma GCC unroll 4
    for (Vec& v : position) v = hn::Set(d, bias);
  }
  for (std::int64_t row = 0; row < rows; ++row, weight += s.wh, x += s.h.dilation * s.xh) {
    Vec w[K];
#pragma GCC unroll 8
    for (int t = 0; t < K; ++t) w[t] = in_register(hn::Set(d, weight[t * s.ww]));
#pragma GCC unroll 32
    for (int j = 0; j < (P - 1) * kStep + K; ++j) {
      if (kBorder && (column + j < 0 || column + j >= s.w.inputs)) continue;
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) {
        const Vec in = in_register(hn::Load(d, x + j * kPack + v * kLanes));
#pragma GCC unroll 8
        for (int p = 0; p < P; ++p) {
          const int t = j - p * kStep;
          if (t >= 0 && t < K) sum[p][v] = hn::MulAdd(w[t], in, sum[p][v]);
        }
      }
    }
  }
#pragma GCC unroll 8
  for (int p = 0; p < P; ++p) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) hn::Store(sum[p][v], d, y + p * s.yw + v * kLanes);
  }
}

using PlaneTile = void (*)(const Correlation&, std::int64_t, std::int64_t, const float*, float,
                           const float*, float*);

/// The tile of so many taps a row; null if there is none.
template <int P, bool kBorder>
constexpr PlaneTile plane_tile_of(std::int64_t taps, std::int64_t step) {
  if (step == 2) {
    if (taps == 3) return &plane_tile<3, 2, P, kBorder>;
    return taps == 5 ? &plane_tile<5, 2, P, kBorder> : nullptr;
  }
  switch (step == 1 ? taps : 0) {
    case 1:
      return &plane_tile<1, 1, P, kBorder>;
    case 2:
      return &plane_tile<2, 1, P, kBorder>;
    case 3:
      return &plane_tile<3, 1, P, kBorder>;
    case 4:
      return &plane_tile<4, 1, P, kBorder>;
    case 5:
      return &plane_tile<5, 1, P, kBorder>;
    default:
      return nullptr;
  }
}

inline bool fits_plane(const Correlation& s) {
  return s.in_channels == 1 && s.out_channels == 1 && s.w.dilation == 1 &&
         plane_tile_of<1, true>(s.w.taps, s.w.step) != nullptr;
}

/// A row of y, in tiles of P positions and then in smaller ones.
template <int P>
void plane_row(const Correlation& s, std::int64_t first, std::int64_t rows, const float* weight,
               float bias, const float* x, float* y) {
  const PlaneTile inside = plane_tile_of<P, false>(s.w.taps, s.w.step);
  const PlaneTile border = plane_tile_of<P, true>(s.w.taps, s.w.step);
  for (; first + P <= s.w.outputs; first += P) {
    const std::int64_t column = first * s.w.step + s.w.offset;
    const std::int64_t last = column + (P - 1) * s.w.step + s.w.taps;
    (column >= 0 && last <= s.w.inputs ? inside : border)(s, rows, column, weight, bias,
                                                          x + column * s.xw, y + first * s.yw);
  }
  if constexpr (P > 1) plane_row<P / 2>(s, first, rows, weight, bias, x, y);
}

/// correlate() where fits_plane(), with the same order of each sum.
inline void correlate_plane(const Correlation& s, const float* weight, const float* bias,
                            const float* x, float* y) {
  for (std::int64_t oh = 0; oh < s.h.outputs; ++oh) {
    const Axis::Range rows = s.h.taps_at(oh);
    const std::int64_t top = oh * s.h.step + s.h.offset + rows.first * s.h.dilation;
    plane_row<kTile>(s, 0, rows.size(), weight + rows.first * s.wh, bias ? *bias : 0.0f,
                     x + top * s.xh, y + oh * s.yh);
  }
}

/// Columns of dy that are in registers at once.
inline constexpr int kGradientTile = 4;

/// Adds the products of a tile of dy and a row of x under K taps. kBorder: of `count` columns of dy
/// alone, and columns of x, from `column` on, that lie on it.
template <int K, int kStep, bool kBorder>
HWY_INLINE void add_plane_products(const Conv2dShape& s, std::int64_t column, int count,
                                   const float* x, const Vec (&dy)[kGradientTile], Vec (&sum)[K]) {
  const F32 d;
#pragma GCC unroll 16
  for (int j = 0; j < (kGradientTile - 1) * kStep + K; ++j) {
    if (kBorder && (column + j < 0 || column + j >= s.in_width)) continue;
    const Vec in = in_register(hn::Load(d, x + j * kPack));
#pragma GCC unroll 4
    for (int p = 0; p < kGradientTile; ++p) {
      const int t = j - p * kStep;
      if (t < 0 || t >= K || (kBorder && p >= count)) continue;
      sum[t] = hn::MulAdd(dy[p], in, sum[t]);
    }
  }
}

/// Rows of K taps that are summed in one pass over dy.
constexpr int plane_gradient_rows(int taps) {
  return std::clamp((kRegisters - kGradientTile - 1) / taps, 1, 5);
}

/// dweight[r][t] = sum over positions and lanes of dy * x under tap t of row kh + r, for `rows`
/// rows of taps, at most R.
template <int K, int kStep, int R>
void plane_gradient_pass(const Conv2dShape& s, std::int64_t kh, std::int64_t rows,
                         const float* HWY_RESTRICT x, const float* HWY_RESTRICT dy,
                         float* HWY_RESTRICT dweight) {
  const F32 d;
  Vec sums[R][K][kVectors];
  for (int v = 0; v < kVectors; ++v, x += kLanes, dy += kLanes) {
    Vec sum[R][K];
#pragma GCC unroll 8
    for (auto& row : sum) {
#pragma GCC unroll 8
      for (Vec& of_tap : row) of_tap = hn::Zero(d);
    }
    for (std::int64_t oh = 0; oh < s.out_height; ++oh) {
      for (std::int64_t ow = 0; ow < s.out_width; ow += kGradientTile) {
        const auto count =
            static_cast<int>(std::min<std::int64_t>(kGradientTile, s.out_width - ow));
        const std::int64_t column = ow * kStep - s.pad_width;
        const std::int64_t last = column + (kGradientTile - 1) * kStep + K;
        const bool border = count < kGradientTile || column < 0 || last > s.in_width;
        Vec delta[kGradientTile];
#pragma GCC unroll 4
        for (int p = 0; p < kGradientTile; ++p) {
          const float* at = dy + (oh * s.out_width + ow + p) * kPack;
          delta[p] = p < count ? in_register(hn::Load(d, at)) : hn::Zero(d);
        }
#pragma GCC unroll 8
        for (int r = 0; r < R; ++r) {
          const std::int64_t ih =
              oh * s.stride_height + (kh + r) * s.dilation_height - s.pad_height;
          if (r >= rows || ih < 0 || ih >= s.in_height) continue;
          const float* at = x + (ih * s.in_width + column) * kPack;
          if (border) {
            add_plane_products<K, kStep, true>(s, column, count, at, delta, sum[r]);
          } else {
            add_plane_products<K, kStep, false>(s, column, count, at, delta, sum[r]);
          }
        }
      }
    }
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r) {
#pragma GCC unroll 8
      for (int t = 0; t < K; ++t) sums[r][t][v] = sum[r][t];
    }
  }
  for (std::int64_t r = 0; r < rows; ++r) {
    for (int t = 0; t < K; ++t) dweight[r * K + t] = sum_lanes(sums[r][t]);
  }
}

template <int K, int kStep>
void plane_gradient_of(const Conv2dShape& s, const float* x, const float* dy, float* dweight) {
  constexpr int kRows = plane_gradient_rows(K);
  for (std::int64_t kh = 0; kh < s.kernel_height; kh += kRows) {
    plane_gradient_pass<K, kStep, kRows>(s, kh, std::min<std::int64_t>(kRows, s.kernel_height - kh),
                                         x, dy, dweight + kh * K);
  }
}

using PlaneGradient = void (*)(const Conv2dShape&, const float*, const float*, float*);

/// dweight of one channel that sees one; null if there is none for such taps.
inline PlaneGradient plane_gradient_for(const Conv2dShape& s) {
  if (s.in_channels != 1 || s.out_channels != 1 || s.dilation_width != 1) return nullptr;
  if (s.kernel_width == 3 && s.stride_width == 1) return &plane_gradient_of<3, 1>;
  if (s.kernel_width == 3 && s.stride_width == 2) return &plane_gradient_of<3, 2>;
  if (s.kernel_width == 5 && s.stride_width == 1) return &plane_gradient_of<5, 1>;
  if (s.kernel_width == 5 && s.stride_width == 2) return &plane_gradient_of<5, 2>;
  return nullptr;
}

}  // namespace lenet::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // LENET_KERNELS_PLANE_INL_H_
