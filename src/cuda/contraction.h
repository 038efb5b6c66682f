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
  float* y = nullptr;          ///< may be null with `pooled`
  Function activation = {};    ///< applied to y
  Derivative derivative = {};  ///< that y is multiplied by
  float* pooled = nullptr;     ///< y after windows of 2x2 side by side, if not null
  bool maximum = false;        ///< the pooling takes the maximum, else the mean
};

/// Output channels that a thread holds sums of.
constexpr int channel_block(std::int64_t channels) { return channels % 6 == 0 ? 6 : 4; }

/// Output channels with those that fill the last block: a multiple of 4, so that weights can be
/// read in fours.
constexpr std::int64_t contraction_pitch(std::int64_t channels) {
  const int block = channel_block(channels);
  return round_up(pieces(channels, block) * block, 4);
}

/// A block of kTasks tasks; a task: kBlock channels by kSide x kSide positions of 32 images. kParts
/// warps share a task's input channels, where there are too few tasks to keep a card busy; the
/// parts are then added in order. kKernel: the kernel's size if it is square and slides by 1; 0 for
/// any other.
template <int kBlock, int kKernel, int kParts>
struct ContractionKernel {
  static constexpr int kSide = 2;
  static constexpr int kWarps = 4, kThreads = kWarps * kWarp, kTasks = kWarps / kParts;
  static constexpr int kPositions = kSide * kSide;
  static constexpr int kBlocksAtOnce = 3;

  Contraction s;
  Divisor columns, rows, groups;
  std::int64_t tasks;

  struct Registers {
    float sums[kBlock][kPositions];
  };

  /// What one thread works on.
  struct Place {
    int task, o;  ///< o: the first output channel
    int h, w;     ///< the first position
    int image, part;
  };

  explicit ContractionKernel(const Contraction& sizes)
      : s(sizes),
        columns(pieces(s.width.out, kSide)),
        rows(pieces(s.height.out, kSide)),
        groups(pieces(tasks_of(s), kTasks)),
        tasks(tasks_of(s)) {}

  static std::int64_t tasks_of(const Contraction& s) {
    return pieces(s.out_channels, kBlock) * pieces(s.height.out, kSide) *
           pieces(s.width.out, kSide);
  }

  std::int64_t blocks() const { return pieces(tasks, kTasks) * (s.images / kWarp); }
  int shared_floats() const { return kParts == 1 ? 0 : kBlock * kPositions * kThreads; }
  LENET_HOST_DEVICE int phases() const { return kParts == 1 ? 1 : 2; }

  LENET_HOST_DEVICE void phase(int phase, const BlockThread& at, Registers& r) const {
    const Place place = place_of(at);
    if (place.task >= tasks) return;
    if (phase == 0) {
      sum_part(place, r);
      if constexpr (kParts == 1) {
        LENET_UNROLL for (int k = 0; k < kBlock; ++k) write(place, k, r.sums[k]);
      } else {
        share(at, r);
      }
    } else {
      for (int k = place.part; k < kBlock; k += kParts) {
        float sums[kPositions];
        add_parts(k, place, at, sums);
        write(place, k, sums);
      }
    }
  }

  LENET_HOST_DEVICE Place place_of(const BlockThread& at) const {
    const Divisor::Result group = groups.divide(static_cast<std::uint32_t>(at.block));
    const int warp = at.thread / kWarp;
    const int task = static_cast<int>(group.remainder) * kTasks + warp / kParts;
    const Divisor::Result column = columns.divide(static_cast<std::uint32_t>(task));
    const Divisor::Result row = rows.divide(column.quotient);
    return {.task = task,
            .o = static_cast<int>(row.quotient) * kBlock,
            .h = static_cast<int>(row.remainder) * kSide,
            .w = static_cast<int>(column.remainder) * kSide,
            .image = static_cast<int>(group.quotient) * kWarp + at.thread % kWarp,
            .part = warp % kParts};
  }

  LENET_HOST_DEVICE void sum_part(const Place& place, Registers& r) const {
    LENET_UNROLL for (int k = 0; k < kBlock; ++k) {
      const bool biased = s.bias && place.part == 0 && place.o + k < s.out_channels;
      LENET_UNROLL for (int p = 0; p < kPositions; ++p) {
        r.sums[k][p] = biased ? s.bias[place.o + k] : 0.0f;
      }
    }
    const std::int64_t plane = std::int64_t{s.height.in} * s.width.in * s.images;
    const std::int64_t taps = std::int64_t{s.height.kernel} * s.width.kernel;
    const std::int64_t last = (place.part + 1) * s.in_channels / kParts;
    for (std::int64_t c = place.part * s.in_channels / kParts; c < last; ++c) {
      const float* x = s.x + c * plane + place.image;
      const float* weight = s.weight + c * taps * s.weight_pitch + place.o;
      if constexpr (kKernel > 0) {
        add_patch(x, weight, place, r);
      } else {
        add_taps(x, weight, place, r);
      }
    }
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

  LENET_HOST_DEVICE static bool is_inside(const Axis& axis, int i) { return i >= 0 && i < axis.in; }

  LENET_HOST_DEVICE float load(const float* x, int h, int w) const {
    return h >= 0 && w >= 0 ? x[(h * s.width.in + w) * s.images] : 0.0f;
  }

  LENET_HOST_DEVICE static void add(const Floats<kBlock>& weight, float value, int position,
                                    Registers& r) {
    LENET_UNROLL for (int k = 0; k < kBlock; ++k) r.sums[k][position] += weight.of[k] * value;
  }

  LENET_HOST_DEVICE void add_taps(const float* x, const float* weight, const Place& place,
                                  Registers& r) const {
    for (int i = 0; i < s.height.kernel; ++i) {
      for (int j = 0; j < s.width.kernel; ++j, weight += s.weight_pitch) {
        const auto of_tap = load_floats<kBlock>(weight);
        LENET_UNROLL for (int p = 0; p < kPositions; ++p) {
          const int h = place.h + p / kSide, w = place.w + p % kSide;
          add(of_tap, load(x, source(s.height, h, i), source(s.width, w, j)), p, r);
        }
      }
    }
  }

  /// The same from a patch of x in registers, which the positions share.
  LENET_HOST_DEVICE void add_patch(const float* x, const float* weight, const Place& place,
                                   Registers& r) const {
    constexpr int kPatch = kSide + kKernel - 1;
    const bool forward = s.direction == Contraction::Direction::kForward;
    const int top = place.h + (forward ? -s.height.pad : s.height.pad - (kKernel - 1));
    const int left = place.w + (forward ? -s.width.pad : s.width.pad - (kKernel - 1));
    float patch[kPatch][kPatch];
    std::int64_t row = (std::int64_t{top} * s.width.in + left) * s.images;
    LENET_UNROLL for (int i = 0; i < kPatch; ++i, row += s.width.in * s.images) {
      LENET_UNROLL for (int j = 0; j < kPatch; ++j) {
        const bool inside = is_inside(s.height, top + i) && is_inside(s.width, left + j);
        patch[i][j] = inside ? x[row + j * s.images] : 0.0f;
      }
    }
    // Backward, the patch meets the taps in the opposite order.
    if (!forward) weight += (kKernel * kKernel - 1) * s.weight_pitch;
    const int pitch = static_cast<int>(s.weight_pitch), step = forward ? pitch : -pitch;
    LENET_UNROLL for (int i = 0; i < kKernel; ++i) {
      LENET_UNROLL for (int j = 0; j < kKernel; ++j, weight += step) {
        const auto of_tap = load_floats<kBlock>(weight);
        LENET_UNROLL for (int p = 0; p < kPositions; ++p) {
          add(of_tap, patch[i + p / kSide][j + p % kSide], p, r);
        }
      }
    }
  }

  LENET_HOST_DEVICE static void share(const BlockThread& at, const Registers& r) {
    LENET_UNROLL for (int k = 0; k < kBlock; ++k) {
      LENET_UNROLL for (int p = 0; p < kPositions; ++p) {
        at.shared[(k * kPositions + p) * kThreads + at.thread] = r.sums[k][p];
      }
    }
  }

  LENET_HOST_DEVICE static void add_parts(int k, const Place& place, const BlockThread& at,
                                          float (&sums)[kPositions]) {
    const int first_part = at.thread - place.part * kWarp;
    LENET_UNROLL for (int p = 0; p < kPositions; ++p) {
      const int first = (k * kPositions + p) * kThreads + first_part;
      sums[p] = at.shared[first];
      LENET_UNROLL for (int part = 1; part < kParts; ++part) {
        sums[p] += at.shared[first + part * kWarp];
      }
    }
  }

  /// The sums of channel o + k.
  LENET_HOST_DEVICE void write(const Place& place, int k, const float (&sums)[kPositions]) const {
    const std::int64_t channel = place.o + k;
    if (channel >= s.out_channels) return;
    Pool pool(s.maximum);
    LENET_UNROLL for (int p = 0; p < kPositions; ++p) {
      const float value = value_in_place(s.activation, sums[p]);
      pool.add(value);
      const int h = place.h + p / kSide, w = place.w + p % kSide;
      if (!s.y || h >= s.height.out || w >= s.width.out) continue;
      const std::int64_t at =
          ((channel * s.height.out + h) * s.width.out + w) * s.images + place.image;
      s.y[at] = s.derivative.of(value, at);
    }
    const int h = place.h / 2, w = place.w / 2, height = s.height.out / 2, width = s.width.out / 2;
    if (!s.pooled || h >= height || w >= width) return;
    s.pooled[((channel * height + h) * width + w) * s.images + place.image] =
        pool.value(kPositions);
  }
};

}  // namespace lenet::cuda
