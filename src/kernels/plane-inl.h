// Convolutions of one channel that sees one channel, as the groups of a depthwise convolution are:
// there is nothing to share but the columns of x, each of which lies under several taps.

#if defined(LENET_KERNELS_PLANE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LENET_KERNELS_PLANE_INL_H_
#undef LENET_KERNELS_PLANE_INL_H_
#else
#define LENET_KERNELS_PLANE_INL_H_
#endif

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "kernels/correlation-inl.h"
#include "kernels/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lenet::kernels::HWY_NAMESPACE {

/// Positions of a tile at most: their sums fill half of the registers, but more than eight hide
/// nothing.
inline constexpr int kTile = std::min(8, kRegisters / 2 / kVectors);

/// Which columns under a tile are off x: none, the first, the last, both, or any, which is asked
/// for each.
enum class Border { kNone, kFirst, kLast, kBoth, kAny };

/// Of `columns` columns from `first` on, where x has `inputs`. Kernels of three alone have code for
/// each.
inline Border border_of(std::int64_t taps, std::int64_t first, std::int64_t columns,
                        std::int64_t inputs) {
  const std::int64_t before = std::max<std::int64_t>(-first, 0);
  const std::int64_t behind = std::max<std::int64_t>(first + columns - inputs, 0);
  if (before + behind == 0) return Border::kNone;
  if (taps != 3 || before > 1 || behind > 1) return Border::kAny;
  if (before == 0) return Border::kLast;
  return behind == 0 ? Border::kFirst : Border::kBoth;
}

/// Whether column j of so many is off x.
template <Border kBorder>
HWY_INLINE bool is_off(int j, int columns, std::int64_t first, std::int64_t inputs) {
  switch (kBorder) {
    case Border::kNone:
      return false;
    case Border::kFirst:
      return j == 0;
    case Border::kLast:
      return j == columns - 1;
    case Border::kBoth:
      return j == 0 || j == columns - 1;
    case Border::kAny:
      return first + j < 0 || first + j >= inputs;
  }
  return false;
}

/// P positions of one row of y, of K taps a row in `rows` rows. Each column of x is loaded once a
/// row, for all taps that it lies under. `column`: of x, under the first tap of the first position.
template <int K, int kStep, int P, Border kBorder>
void plane_tile(const Correlation& s, std::int64_t rows, std::int64_t column,
                const float* HWY_RESTRICT weight, float bias, const float* HWY_RESTRICT x,
                float* HWY_RESTRICT y) {
  constexpr int kColumns = (P - 1) * kStep + K;
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
    for (int j = 0; j < kColumns; ++j) {
      if (is_off<kBorder>(j, kColumns, column, s.w.inputs)) continue;
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

/// plane_tile<K, kStep, 1..kTile, kBorder>, indexed by P - 1.
template <int K, int kStep, Border kBorder, int... kP>
constexpr auto plane_tiles(std::integer_sequence<int, kP...>) {
  return std::array<PlaneTile, sizeof...(kP)>{&plane_tile<K, kStep, kP + 1, kBorder>...};
}

template <int K, int kStep, Border kBorder>
PlaneTile plane_tile_for(std::int64_t positions) {
  static constexpr auto kTiles =
      plane_tiles<K, kStep, kBorder>(std::make_integer_sequence<int, kTile>());
  return kTiles[static_cast<std::size_t>(positions - 1)];
}

template <int K, int kStep>
PlaneTile plane_tile_of(std::int64_t positions, Border border) {
  if constexpr (K == 3) {
    if (border == Border::kFirst) return plane_tile_for<K, kStep, Border::kFirst>(positions);
    if (border == Border::kLast) return plane_tile_for<K, kStep, Border::kLast>(positions);
    if (border == Border::kBoth) return plane_tile_for<K, kStep, Border::kBoth>(positions);
  }
  return border == Border::kNone ? plane_tile_for<K, kStep, Border::kNone>(positions)
                                 : plane_tile_for<K, kStep, Border::kAny>(positions);
}

using PlaneTileOf = PlaneTile (*)(std::int64_t positions, Border border);

/// The tiles of so many taps a row; null if there are none.
inline PlaneTileOf plane_tiles_of(std::int64_t taps, std::int64_t step) {
  if (step == 2) {
    if (taps == 3) return &plane_tile_of<3, 2>;
    return taps == 5 ? &plane_tile_of<5, 2> : nullptr;
  }
  switch (step == 1 ? taps : 0) {
    case 1:
      return &plane_tile_of<1, 1>;
    case 2:
      return &plane_tile_of<2, 1>;
    case 3:
      return &plane_tile_of<3, 1>;
    case 4:
      return &plane_tile_of<4, 1>;
    case 5:
      return &plane_tile_of<5, 1>;
    default:
      return nullptr;
  }
}

inline bool fits_plane(const Correlation& s) {
  return s.in_channels == 1 && s.out_channels == 1 && s.w.dilation == 1 &&
         plane_tiles_of(s.w.taps, s.w.step) != nullptr;
}

/// correlate() where fits_plane(), with the same order of each sum, in tiles of about as many
/// positions each.
inline void correlate_plane(const Correlation& s, const float* weight, const float* bias,
                            const float* x, float* y) {
  const PlaneTileOf tile_of = plane_tiles_of(s.w.taps, s.w.step);
  const std::int64_t tiles = ceil_div(s.w.outputs, kTile);
  for (std::int64_t i = 0; i < tiles; ++i) {
    const Axis::Range part = balanced_part(s.w.outputs, tiles, i);
    const std::int64_t column = part.first * s.w.step + s.w.offset;
    const std::int64_t columns = (part.size() - 1) * s.w.step + s.w.taps;
    const PlaneTile tile = tile_of(part.size(), border_of(s.w.taps, column, columns, s.w.inputs));
    for (std::int64_t oh = 0; oh < s.h.outputs; ++oh) {
      const Axis::Range rows = s.h.taps_at(oh);
      const std::int64_t top = oh * s.h.step + s.h.offset + rows.first * s.h.dilation;
      tile(s, rows.size(), column, weight + rows.first * s.wh, bias ? *bias : 0.0f,
           x + top * s.xh + column * s.xw, y + oh * s.yh + part.first * s.yw);
    }
  }
}

}  // namespace lenet::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // LENET_KERNELS_PLANE_INL_H_
