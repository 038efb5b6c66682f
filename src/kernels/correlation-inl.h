// Cross-correlation of one pack: which taps see which position, and the blocks of channels and
// positions.

#if defined(LENET_KERNELS_CORRELATION_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LENET_KERNELS_CORRELATION_INL_H_
#undef LENET_KERNELS_CORRELATION_INL_H_
#else
#define LENET_KERNELS_CORRELATION_INL_H_
#endif

#include <algorithm>
#include <cstdint>

#include "kernels/contraction-inl.h"

HWY_BEFORE_NAMESPACE();
namespace lenet::kernels::HWY_NAMESPACE {

constexpr std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

/// One axis: output position o reads input position o * step + offset + t * dilation through tap t.
struct Axis {
  std::int64_t outputs, inputs, taps, step, offset, dilation = 1;

  struct Range {
    std::int64_t first, last;  ///< half open
    std::int64_t size() const { return last - first; }
  };

  /// Taps of position o that lie on the input; the others read padding, that is 0.
  Range taps_at(std::int64_t o) const {
    const std::int64_t start = o * step + offset;
    const std::int64_t first = std::clamp<std::int64_t>(taps_over(-start), 0, taps);
    return {first, std::clamp(taps_over(inputs - start), first, taps)};
  }

  /// Positions whose every tap lies on the input.
  Range interior() const {
    const std::int64_t first =
        std::min(outputs, (std::max<std::int64_t>(-offset, 0) + step - 1) / step);
    const std::int64_t room = inputs - span() - offset;  // the last tap's place may go this far
    return {first, room < 0 ? first : std::clamp(room / step + 1, first, outputs)};
  }

  /// Places from the first tap to the last.
  std::int64_t span() const { return (taps - 1) * dilation + 1; }

 private:
  /// Taps that lie within the first `places`, which may be none or less.
  std::int64_t taps_over(std::int64_t places) const {
    return dilation == 1 ? places : ceil_div(std::max<std::int64_t>(places, 0), dilation);
  }
};

/// y[j][h, w] = bias[j] + sum over c and taps of weight[c][tap][j] * x[c][h, w of tap]. Strides in
/// floats.
struct Correlation {
  Axis h, w;
  std::int64_t in_channels, out_channels;
  std::int64_t xc, xh, xw;  ///< strides of x: channel, row, column
  std::int64_t wc, wh, ww;  ///< strides of weight: input channel, tap row, tap column
  std::int64_t yc, yh, yw;  ///< strides of y: channel, row, column
};

/// The k-th of `parts` parts of n, sizes differing by at most one.
constexpr Axis::Range balanced_part(std::int64_t n, std::int64_t parts, std::int64_t k) {
  return {n * k / parts, n * (k + 1) / parts};
}

/// Positions of the widest block that contract() has.
inline constexpr int kMaxPositions = max_block(4) > 0   ? 4
                                     : max_block(3) > 0 ? 3
                                     : max_block(2) > 0 ? 2
                                                        : 1;
inline constexpr int kMaxChannels = max_block(1);  ///< of any block

/// Positions a block should span: what takes the fewest instructions (sums, weights, inputs, loop)
/// for `channels` x `width` outputs.
constexpr int best_positions(std::int64_t channels, std::int64_t width) {
  int best = 1;
  std::int64_t least = INT64_MAX;
  for (int p = 1; p <= kMaxPositions; ++p) {
    const std::int64_t channel_blocks = ceil_div(channels, max_block(p));
    const std::int64_t position_blocks = ceil_div(width, p);
    const std::int64_t sums = channels * width * kVectors;
    const std::int64_t loads = channels * position_blocks + width * kVectors * channel_blocks;
    const std::int64_t cost = sums + loads + 3 * channel_blocks * position_blocks;
    if (cost < least) {
      least = cost;
      best = p;
    }
  }
  return best;
}

/// The same sum with its longest trip in the inner loop, where each channel has one tap only.
inline Contraction innermost_channels(Contraction k) {
  if (k.nh == 1 && k.nw == 1) {
    std::swap(k.nc, k.nw);
    k.xw = k.xc;
    k.ww = k.wc;
  }
  return k;
}

inline void contract(int channels, int positions, const Contraction& sum, const float* weight,
                     const float* bias, const float* x, float* y) {
  const Contraction k = innermost_channels(sum);
  const auto b = static_cast<std::size_t>(channels - 1);
  switch (positions) {
    case 1:
      return kContractBlocks<1>[b](k, weight, bias, x, y);
    case 2:
      if constexpr (kMaxPositions >= 2) return kContractBlocks<2>[b](k, weight, bias, x, y);
      break;
    case 3:
      if constexpr (kMaxPositions >= 3) return kContractBlocks<3>[b](k, weight, bias, x, y);
      break;
    case 4:
      if constexpr (kMaxPositions >= 4) return kContractBlocks<4>[b](k, weight, bias, x, y);
      break;
  }
}

/// One block of channels along one row of outputs: the borders position by position, the interior
/// `positions` at once.
inline void correlate_row(const Correlation& s, Axis::Range interior, int channels, int positions,
                          std::int64_t oh, const float* weight, const float* bias, const float* x,
                          float* y) {
  const Axis::Range rows = s.h.taps_at(oh);
  Contraction k{.nc = s.in_channels,
                .nh = rows.size(),
                .nw = 0,
                .xc = s.xc,
                .xh = s.h.dilation * s.xh,
                .xw = s.w.dilation * s.xw,
                .xp = s.w.step * s.xw,
                .wc = s.wc,
                .wh = s.wh,
                .ww = s.ww,
                .yj = s.yc,
                .yp = s.yw,
                .resume = false};
  weight += rows.first * s.wh;
  x += (oh * s.h.step + s.h.offset + rows.first * s.h.dilation) * s.xh;
  y += oh * s.yh;
  const auto block = [&](std::int64_t ow, int count) {
    const Axis::Range columns = s.w.taps_at(ow);
    k.nw = columns.size();
    contract(channels, count, k, weight + columns.first * s.ww, bias,
             x + (ow * s.w.step + s.w.offset + columns.first * s.w.dilation) * s.xw, y + ow * s.yw);
  };
  for (std::int64_t ow = 0; ow < interior.first; ++ow) block(ow, 1);
  const std::int64_t blocks = ceil_div(interior.size(), positions);
  for (std::int64_t i = 0; i < blocks; ++i) {
    const Axis::Range part = balanced_part(interior.size(), blocks, i);
    block(interior.first + part.first, static_cast<int>(part.size()));
  }
  for (std::int64_t ow = interior.last; ow < s.w.outputs; ++ow) block(ow, 1);
}

inline void correlate(const Correlation& s, const float* weight, const float* bias, const float* x,
                      float* y) {
  const Axis::Range interior = s.w.interior();
  const int positions = best_positions(s.out_channels, std::max<std::int64_t>(interior.size(), 1));
  const std::int64_t blocks = ceil_div(s.out_channels, max_block(positions));
  for (std::int64_t oh = 0; oh < s.h.outputs; ++oh) {
    for (std::int64_t i = 0; i < blocks; ++i) {
      const Axis::Range part = balanced_part(s.out_channels, blocks, i);
      correlate_row(s, interior, static_cast<int>(part.size()), positions, oh, weight + part.first,
                    bias ? bias + part.first : nullptr, x, y + part.first * s.yc);
    }
  }
}

}  // namespace lenet::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // LENET_KERNELS_CORRELATION_INL_H_
