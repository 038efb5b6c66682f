// Both products of Linear: the output from the input, and the input's gradient from the output's.
#pragma once

#include "cuda/contraction.h"

namespace lenet::cuda {

/// A contraction of one position with one tap: y[o] = bias[o] + sum over i of weight[i][o] * x[i].
/// There are few such sums, and they are long, so the warps of a block share one: each adds up a
/// part of the inputs for kBlock outputs of 32 images, and the parts are added in order.
template <int kBlock>
struct LinearKernel {
  static constexpr int kParts = 8;
  static constexpr int kThreads = kWarp * kParts, kBlocksAtOnce = 4;
  static_assert(kBlock <= kParts);  // a warp adds the parts of one output

  Contraction s;

  struct Registers {
    float sums[kBlock];
  };

  std::int64_t blocks() const { return pieces(s.out_channels, kBlock) * (s.images / kWarp); }
  int shared_floats() const { return kParts * kBlock * kWarp; }
  LENET_HOST_DEVICE int phases() const { return 2; }

  LENET_HOST_DEVICE void phase(int phase, const BlockThread& at, Registers& r) const {
    const auto block = static_cast<std::uint32_t>(at.block);
    const auto warps = static_cast<std::uint32_t>(s.images / kWarp);
    const std::int64_t o = std::int64_t{block / warps} * kBlock;
    const std::int64_t image = std::int64_t{block % warps} * kWarp + at.thread % kWarp;
    if (phase == 0) {
      sum_part(o, image, at.thread / kWarp, r);
      LENET_UNROLL for (int k = 0; k < kBlock; ++k) at.shared[k * kThreads + at.thread] = r.sums[k];
    } else {
      const int k = at.thread / kWarp;
      if (k < kBlock && o + k < s.out_channels) add_parts(o, k, image, at);
    }
  }

  LENET_HOST_DEVICE void sum_part(std::int64_t o, std::int64_t image, int part,
                                  Registers& r) const {
    LENET_UNROLL for (int k = 0; k < kBlock; ++k) r.sums[k] = 0;
    const std::int64_t last = (part + 1) * s.in_channels / kParts;
    LENET_UNROLL_BY(8) for (std::int64_t i = part * s.in_channels / kParts; i < last; ++i) {
      const float x = s.x[i * s.images + image];
      const auto weight = load_floats<kBlock>(s.weight + i * s.weight_pitch + o);
      LENET_UNROLL for (int k = 0; k < kBlock; ++k) r.sums[k] += weight.of[k] * x;
    }
  }

  /// Of output o + k.
  LENET_HOST_DEVICE void add_parts(std::int64_t o, int k, std::int64_t image,
                                   const BlockThread& at) const {
    float sum = s.bias ? s.bias[o + k] : 0.0f;
    LENET_UNROLL for (int part = 0; part < kParts; ++part) {
      sum += at.shared[k * kThreads + part * kWarp + at.thread % kWarp];
    }
    const std::int64_t place = (o + k) * s.images + image;
    s.y[place] = s.derivative.of(value_in_place(s.activation, sum), place);
  }
};

}  // namespace lenet::cuda
