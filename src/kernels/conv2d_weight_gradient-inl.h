// The weight gradient of a convolution: products of two activations summed over positions, then
// over lanes.

#if defined(LENET_KERNELS_CONV2D_WEIGHT_GRADIENT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LENET_KERNELS_CONV2D_WEIGHT_GRADIENT_INL_H_
#undef LENET_KERNELS_CONV2D_WEIGHT_GRADIENT_INL_H_
#else
#define LENET_KERNELS_CONV2D_WEIGHT_GRADIENT_INL_H_
#endif

#include <array>
#include <cstdint>
#include <utility>

#include "kernels/correlation-inl.h"
#include "kernels/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lenet::kernels::HWY_NAMESPACE {

/// dweight[j][t] = sum over rows, columns and lanes of dy[j][row, column] * x[t][row, column of t].
///
/// Column t is either the tap behind the one before (its own border) or another input channel.
struct ProductSum {
  std::int64_t rows, columns;  ///< positions of dy
  std::int64_t inputs;         ///< columns of x
  std::int64_t step, offset;   ///< column of x under position w and t = 0: w * step + offset
  std::int64_t tap_shift;      ///< added to that column from t to t + 1: the dilation, or 0
  std::int64_t xt, xh;         ///< strides of x: from t to t + 1, and from row to row of dy
  std::int64_t dyj, dyh;       ///< strides of dy: channel, row
  std::int64_t dwj, dwt;       ///< strides of dweight: channel, t
};

/// Adds the products of one position; kBorder: only for those t whose column lies on the input.
template <int B, int T, bool kBorder>
HWY_INLINE void add_products(const ProductSum& k, std::int64_t column, const float* dy,
                             const float* x, Vec (&sum)[B][T][kVectors]) {
  const F32 d;
#pragma GCC unroll 4
  for (int v = 0; v < kVectors; ++v) {
    Vec delta[B];
#pragma GCC unroll 32
    for (int j = 0; j < B; ++j) delta[j] = in_register(hn::Load(d, dy + j * k.dyj + v * kLanes));
#pragma GCC unroll 32
    for (int t = 0; t < T; ++t) {
      if (kBorder) {
        const std::int64_t at = column + t * k.tap_shift;
        if (at < 0 || at >= k.inputs) continue;
      }
      const Vec in = in_register(hn::Load(d, x + t * k.xt + v * kLanes));
#pragma GCC unroll 32
      for (int j = 0; j < B; ++j) sum[j][t][v] = hn::MulAdd(delta[j], in, sum[j][t][v]);
    }
  }
}

template <int B, int T>
void product_sum_block(const ProductSum& k, Axis::Range interior, const float* HWY_RESTRICT dy,
                       const float* HWY_RESTRICT x, float* HWY_RESTRICT dweight) {
  Vec sum[B][T][kVectors];
#pragma GCC unroll 32
  for (int j = 0; j < B; ++j) {
#pragma GCC unroll 32
    for (int t = 0; t < T; ++t) {
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) sum[j][t][v] = hn::Zero(F32());
    }
  }
  for (std::int64_t row = 0; row < k.rows; ++row, dy += k.dyh, x += k.xh) {
    std::int64_t w = 0;
    const float* xp = x + k.offset * kPack;
    for (; w < interior.first; ++w, xp += k.step * kPack) {
      add_products<B, T, true>(k, w * k.step + k.offset, dy + w * kPack, xp, sum);
    }
    for (; w < interior.last; ++w, xp += k.step * kPack) {
      add_products<B, T, false>(k, 0, dy + w * kPack, xp, sum);
    }
    for (; w < k.columns; ++w, xp += k.step * kPack) {
      add_products<B, T, true>(k, w * k.step + k.offset, dy + w * kPack, xp, sum);
    }
  }
#pragma GCC unroll 32
  for (int j = 0; j < B; ++j) {
#pragma GCC unroll 32
    for (int t = 0; t < T; ++t) dweight[j * k.dwj + t * k.dwt] = sum_lanes(sum[j][t]);
  }
}

using ProductSumBlock = void (*)(const ProductSum&, Axis::Range, const float*, const float*,
                                 float*);

/// Channels that a block may hold beside `columns`: the sums, a vector a channel and one of x share
/// the registers.
constexpr int max_product_block(int columns) { return (kRegisters - 1) / (columns * kVectors + 1); }

/// Columns t of a block: a row of a 7x7 kernel, if it fits.
inline constexpr int kMaxColumns =
    (kRegisters - 2) / kVectors < 7 ? (kRegisters - 2) / kVectors : 7;

template <int T, int... kB>
constexpr auto product_sum_blocks(std::integer_sequence<int, kB...>) {
  return std::array<ProductSumBlock, max_product_block(1)>{&product_sum_block<kB + 1, T>...};
}

/// product_sum_block<B, T> at [T - 1][B - 1].
template <int... kT>
constexpr auto product_sum_table(std::integer_sequence<int, kT...>) {
  return std::array<std::array<ProductSumBlock, max_product_block(1)>, sizeof...(kT)>{
      product_sum_blocks<kT + 1>(std::make_integer_sequence<int, max_product_block(kT + 1)>())...};
}

inline constexpr auto kProductSumBlocks =
    product_sum_table(std::make_integer_sequence<int, kMaxColumns>());

/// Columns a block should take of `columns`, with `channels` beside: what loads the fewest vectors.
constexpr std::int64_t best_columns(std::int64_t channels, std::int64_t columns) {
  std::int64_t best = 1, least = INT64_MAX;
  for (std::int64_t t = 1; t <= std::min<std::int64_t>(columns, kMaxColumns); ++t) {
    const std::int64_t column_blocks = ceil_div(columns, t);
    const std::int64_t channel_blocks = ceil_div(channels, max_product_block(static_cast<int>(t)));
    const std::int64_t loads = channels * column_blocks + columns * channel_blocks;
    if (loads < least) {
      least = loads;
      best = t;
    }
  }
  return best;
}

/// `channels` channels of dy, which fit a block, against `columns` columns, at most `most` at once.
inline void product_sum(const ProductSum& k, std::int64_t channels, std::int64_t columns,
                        std::int64_t most, const float* dy, const float* x, float* dweight) {
  const std::int64_t blocks = ceil_div(columns, most);
  for (std::int64_t i = 0; i < blocks; ++i) {
    const Axis::Range column = balanced_part(columns, blocks, i);
    ProductSum block = k;
    block.offset += column.first * k.tap_shift;
    const Axis width{k.columns, k.inputs, (column.size() - 1) * k.tap_shift + 1, k.step,
                     block.offset};
    const auto& kernel = kProductSumBlocks[static_cast<std::size_t>(column.size() - 1)]
                                          [static_cast<std::size_t>(channels - 1)];
    kernel(block, width.interior(), dy, x + column.first * (k.xt - k.tap_shift * kPack),
           dweight + column.first * k.dwt);
  }
}

}  // namespace lenet::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // LENET_KERNELS_CONV2D_WEIGHT_GRADIENT_INL_H_
