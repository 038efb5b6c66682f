// Forward convolution and its input gradient: one loop nest, as on the CPU.
#pragma once

#include "cuda/activation.h"
#include "cuda/axis.h"
#include "cuda/divisor.h"
#include "cuda/kernel.h"
#include "cuda/pooling.h"

namespace lenet::cuda {

/// y[o][p] = bias[o] + sum over input channels c and taps of weight[c][tap][o] * x[c][source of p
/// at tap], the source being p * stride + tap - pad (kForward: x the input of a convolution), or
/// (p + pad - tap) / stride where that divides (kBackward: x the gradient of its output). Sources
/// outside x count as 0. A Linear is a convolution of one position with one tap.
struct Contraction {
  enum class Direction { kForward, kBackward };

  Direction direction = Direction::kForward;
  std::int64_t in_channels, out_channels;
  Axis height, width;         ///< of the sum's own `in` and `out`, whichever the direction
  std::int64_t weight_pitch;  ///< floats from tap to tap: contraction_pitch(out_channels)
  std::int64_t images;        ///< N
  const float* x;
  const float* weight;
  const float* bias = nullptr;
  float* y = nullptr;                         ///< may be null with `pooled`
  Activation activation = Activation::kNone;  ///< applied to y
  Derivative derivative = {};                 ///< that y is multiplied by
  float* pooled = nullptr;                    ///< y after windows of 2x2 side by side, if not null
  bool maximum = false;                       ///< the pooling takes the maximum, else the mean
};

/// Output channels that a thread holds sums of.
constexpr int channel_block(std::int64_t channels) { return channels % 6 == 0 ? 6 : 4; }

/// Output channels with those that fill the last block: a multiple of 4, so that weights can be
/// read in fours.
constexpr std::int64_t contraction_pitch(std::int64_t channels) {
  const int block = channel_block(channels);
  return round_up(pieces(channels, block) * block, 4);
}

/// A thread: kBlock channels by kSide x kSide positions of one image. kKernel: the kernel's size if
/// it is square and slides by 1; 0 for any other.
template <int kBlock, int kSide, int kKernel>
struct ContractionKernel {
  Contraction s;
  Divisor columns, rows;

  struct Sums {
    float of[kSide * kSide][kBlock];
  };

  explicit ContractionKernel(const Contraction& sizes)
      : s(sizes), columns(pieces(s.width.out, kSide)), rows(pieces(s.height.out, kSide)) {}

  ImageGrid grid() const {
    return {
        pieces(s.out_channels, kBlock) * pieces(s.height.out, kSide) * pieces(s.width.out, kSide),
        s.images};
  }

  LENET_HOST_DEVICE void operator()(std::int64_t task, std::int64_t image) const {
    const Divisor::Result column = columns.divide(static_cast<std::uint32_t>(task));
    const Divisor::Result row = rows.divide(column.quotient);
    const int h = static_cast<int>(row.remainder) * kSide;
    const int w = static_cast<int>(column.remainder) * kSide;
    const std::int64_t o = std::int64_t{row.quotient} * kBlock;
    Sums sums;
    LENET_UNROLL for (int p = 0; p < kSide * kSide; ++p) {
      LENET_UNROLL for (int k = 0; k < kBlock; ++k) {
        sums.of[p][k] = s.bias && o + k < s.out_channels ? s.bias[o + k] : 0.0f;
      }
    }
    const std::int64_t plane = std::int64_t{s.height.in} * s.width.in * s.images;
    const std::int64_t taps = std::int64_t{s.height.kernel} * s.width.kernel;
    for (std::int64_t c = 0; c < s.in_channels; ++c) {
      const float* x = s.x + c * plane + image;
      const float* weight = s.weight + c * taps * s.weight_pitch + o;
      if constexpr (kKernel > 0) {
        add_patch(x, weight, h, w, sums);
      } else {
        add_taps(x, weight, h, w, sums);
      }
    }
    write(o, h, w, image, sums);
  }

  /// The source of output position p at a tap along one axis, or -1.
  LENET_HOST_DEVICE int source(const Axis& axis, int p, int tap) const {
    if (s.direction == Contraction::Direction::kForward) {
      const int at = p * axis.stride + tap - axis.pad;
      return at < axis.in ? at : -1;
    }
    const int at = p + axis.pad - tap;
    return at % axis.stride == 0 && at / axis.stride < axis.in ? at / axis.stride : -1;
  }

  LENET_HOST_DEVICE float load(const float* x, int h, int w) const {
    return h >= 0 && w >= 0 ? x[(h * s.width.in + w) * s.images] : 0.0f;
  }

  LENET_HOST_DEVICE static void add(const Floats<kBlock>& weight, float value,
                                    float (&sums)[kBlock]) {
    LENET_UNROLL for (int k = 0; k < kBlock; ++k) sums[k] += weight.of[k] * value;
  }

  LENET_HOST_DEVICE void add_taps(const float* x, const float* weight, int h, int w,
                                  Sums& sums) const {
    for (int i = 0; i < s.height.kernel; ++i) {
      for (int j = 0; j < s.width.kernel; ++j, weight += s.weight_pitch) {
        const Floats<kBlock> of_tap = load_floats<kBlock>(weight);
        LENET_UNROLL for (int p = 0; p < kSide * kSide; ++p) {
          add(of_tap,
              load(x, source(s.height, h + p / kSide, i), source(s.width, w + p % kSide, j)),
              sums.of[p]);
        }
      }
    }
  }

  /// The same from a patch of x in registers, which the positions share.
  LENET_HOST_DEVICE void add_patch(const float* x, const float* weight, int h, int w,
                                   Sums& sums) const {
    constexpr int kPatch = kSide + kKernel - 1;
    const bool forward = s.direction == Contraction::Direction::kForward;
    const int top = forward ? h - s.height.pad : h + s.height.pad - (kKernel - 1);
    const int left = forward ? w - s.width.pad : w + s.width.pad - (kKernel - 1);
    float patch[kPatch][kPatch];
    LENET_UNROLL for (int i = 0; i < kPatch; ++i) {
      LENET_UNROLL for (int j = 0; j < kPatch; ++j) {
        const bool inside = top + i < s.height.in && left + j < s.width.in;
        patch[i][j] = inside ? load(x, top + i, left + j) : 0.0f;
      }
    }
    // Backward, the patch meets the taps in the opposite order.
    if (!forward) weight += (kKernel * kKernel - 1) * s.weight_pitch;
    const std::int64_t step = forward ? s.weight_pitch : -s.weight_pitch;
    LENET_UNROLL for (int i = 0; i < kKernel; ++i) {
      LENET_UNROLL for (int j = 0; j < kKernel; ++j, weight += step) {
        const Floats<kBlock> of_tap = load_floats<kBlock>(weight);
        LENET_UNROLL for (int p = 0; p < kSide * kSide; ++p) {
          add(of_tap, patch[i + p / kSide][j + p % kSide], sums.of[p]);
        }
      }
    }
  }

  LENET_HOST_DEVICE void write(std::int64_t o, int h, int w, std::int64_t image,
                               const Sums& sums) const {
    LENET_UNROLL for (int k = 0; k < kBlock; ++k) {
      if (o + k >= s.out_channels) return;
      Pool pool(s.maximum);
      LENET_UNROLL for (int p = 0; p < kSide * kSide; ++p) {
        const float value = activate(s.activation, sums.of[p][k]);
        pool.add(value);
        const int row = h + p / kSide, column = w + p % kSide;
        if (!s.y || row >= s.height.out || column >= s.width.out) continue;
        const std::int64_t at =
            (((o + k) * s.height.out + row) * s.width.out + column) * s.images + image;
        s.y[at] = s.derivative.of(value, at);
      }
      const int height = s.height.out / 2, width = s.width.out / 2;
      if (!s.pooled || h / 2 >= height || w / 2 >= width) continue;
      s.pooled[(((o + k) * height + h / 2) * width + w / 2) * s.images + image] =
          pool.value(kSide * kSide);
    }
  }
};

}  // namespace lenet::cuda
