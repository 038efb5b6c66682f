// The weight gradient of convolutions of one channel that sees one channel.

#if defined(LENET_KERNELS_PLANE_GRADIENT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LENET_KERNELS_PLANE_GRADIENT_INL_H_
#undef LENET_KERNELS_PLANE_GRADIENT_INL_H_
#else
#define LENET_KERNELS_PLANE_GRADIENT_INL_H_
#endif

#include <algorithm>
#include <cstdint>

#include "kernels/conv2d.h"
#include "kernels/plane-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lenet::kernels::HWY_NAMESPACE {

/// Columns of dy that are in registers at once.
inline constexpr int kGradientTile = 4;

/// Adds the products of a tile of dy and a row of x under K taps, from `column` of x on. kAny: of
/// `count` columns of dy alone.
template <int K, int kStep, Border kBorder>
HWY_INLINE void add_plane_products(const Conv2dShape& s, std::int64_t column, int count,
                                   const float* x, const Vec (&dy)[kGradientTile], Vec (&sum)[K]) {
  constexpr int kColumns = (kGradientTile - 1) * kStep + K;
  const F32 d;
#pragma GCC unroll 16
  for (int j = 0; j < kColumns; ++j) {
    if (is_off<kBorder>(j, kColumns, column, s.in_width)) continue;
    const Vec in = in_register(hn::Load(d, x + j * kPack));
#pragma GCC unroll 4
    for (int p = 0; p < kGradientTile; ++p) {
      const int t = j - p * kStep;
      if (t < 0 || t >= K || (kBorder == Border::kAny && p >= count)) continue;
      sum[t] = hn::MulAdd(dy[p], in, sum[t]);
    }
  }
}

/// Rows of K taps that are summed in one pass over dy.
constexpr int plane_gradient_rows(int taps) {
  return std::clamp((kRegisters - kGradientTile - 1) / taps, 1, 5);
}

/// Columns [first, first + kGradientTile) of dy, of which those from `begin` to `end` count: the
/// last tile of a row goes back over the one before, so that it is whole.
struct GradientTile {
  std::int64_t first;
  int begin, end;

  GradientTile(std::int64_t ow, std::int64_t width)
      : first(std::clamp<std::int64_t>(width - kGradientTile, 0, ow)),
        begin(static_cast<int>(ow - first)),
        end(static_cast<int>(std::min<std::int64_t>(kGradientTile, width - first))) {}
};

/// Adds the products of row oh of dy with what lies under R rows of taps from row kh on, of which
/// `rows` are there.
template <int K, int kStep, int R>
HWY_INLINE void add_plane_tile(const Conv2dShape& s, std::int64_t kh, std::int64_t rows,
                               std::int64_t oh, const GradientTile& tile, const float* x,
                               const float* dy, Vec (&sum)[R][K]) {
  const F32 d;
  const std::int64_t column = tile.first * kStep - s.pad_width;
  const int count = tile.end;
  const Border border = count < kGradientTile
                            ? Border::kAny
                            : border_of(K, column, (kGradientTile - 1) * kStep + K, s.in_width);
  Vec delta[kGradientTile];
#pragma GCC unroll 4
  for (int p = 0; p < kGradientTile; ++p) {
    const float* at = dy + (oh * s.out_width + tile.first + p) * kPack;
    delta[p] = tile.begin <= p && p < count ? in_register(hn::Load(d, at)) : hn::Zero(d);
  }
#pragma GCC unroll 8
  for (int r = 0; r < R; ++r) {
    const std::int64_t ih = oh * s.stride_height + (kh + r) * s.dilation_height - s.pad_height;
    if (r >= rows || ih < 0 || ih >= s.in_height) continue;
    const float* at = x + (ih * s.in_width + column) * kPack;
    if (border == Border::kNone) {
      add_plane_products<K, kStep, Border::kNone>(s, column, count, at, delta, sum[r]);
    } else if (K == 3 && border == Border::kFirst) {
      add_plane_products<K, kStep, Border::kFirst>(s, column, count, at, delta, sum[r]);
    } else if (K == 3 && border == Border::kLast) {
      add_plane_products<K, kStep, Border::kLast>(s, column, count, at, delta, sum[r]);
    } else {
      add_plane_products<K, kStep, Border::kAny>(s, column, count, at, delta, sum[r]);
    }
  }
}

/// dweight[r][t] = sum over positions and lanes of dy * x under tap t of row kh + r, for `rows`
/// rows of taps, at most R.
template <int K, int kStep, int R>
void plane_gradient_pass(const Conv2dShape& s, std::int64_t kh, std::int64_t rows,
                         const float* HWY_RESTRICT x, const float* HWY_RESTRICT dy,
                         float* HWY_RESTRICT dweight) {
  Vec sums[R][K][kVectors];
  for (int v = 0; v < kVectors; ++v, x += kLanes, dy += kLanes) {
    Vec sum[R][K];
#pragma GCC unroll 8
    for (auto& row : sum) {
#pragma GCC unroll 8
      for (Vec& of_tap : row) of_tap = hn::Zero(F32());
    }
    for (std::int64_t oh = 0; oh < s.out_height; ++oh) {
      for (std::int64_t ow = 0; ow < s.out_width; ow += kGradientTile) {
        add_plane_tile<K, kStep>(s, kh, rows, oh, GradientTile(ow, s.out_width), x, dy, sum);
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

#endif  // LENET_KERNELS_PLANE_GRADIENT_INL_H_
