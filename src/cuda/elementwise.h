// Layers that take each value by itself: functions that stand alone, dropout.
#pragma once

#include "cuda/activation.h"
#include "cuda/kernel.h"
#include "cuda/step.h"

namespace lenet::cuda {

/// y = next(f(x)). A thread: one value.
struct FunctionForward {
  Function f, next;
  std::int64_t images;
  const float* x;
  float* y;

  LENET_HOST_DEVICE void operator()(std::int64_t task, std::int64_t image) const {
    const std::int64_t at = task * images + image;
    y[at] = value(next, value(f, x[at]));
  }
};

/// dx = dy * f'(x).
struct FunctionBackward {
  Function f;
  Derivative before;
  std::int64_t images;
  const float* x;
  const float* dy;
  float* dx;

  LENET_HOST_DEVICE void operator()(std::int64_t task, std::int64_t image) const {
    const std::int64_t at = task * images + image;
    dx[at] = before.of(dy[at] * derivative(f, x[at]), at);
  }
};

/// Four random words.
struct RandomWords {
  std::uint32_t of[4];
};

/// Philox4x32-10 (Salmon et al. 2011), as base/philox.h.
LENET_HOST_DEVICE inline RandomWords philox4x32(RandomWords counter, std::uint64_t key) {
  auto k0 = static_cast<std::uint32_t>(key), k1 = static_cast<std::uint32_t>(key >> 32);
  for (int round = 0; round < 10; ++round, k0 += 0x9E3779B9u, k1 += 0xBB67AE85u) {
    const std::uint64_t a = std::uint64_t{0xD2511F53u} * counter.of[0];
    const std::uint64_t b = std::uint64_t{0xCD9E8D57u} * counter.of[2];
    counter = {
        {static_cast<std::uint32_t>(b >> 32) ^ counter.of[1] ^ k0, static_cast<std::uint32_t>(b),
         static_cast<std::uint32_t>(a >> 32) ^ counter.of[3] ^ k1, static_cast<std::uint32_t>(a)}};
  }
  return counter;
}

/// y = x / (1 - p), or 0 with probability p: the values that the CPU drops. A thread: four values
/// of one image, which share a draw. step: null outside training, where y is x.
struct Dropout4 {
  std::uint32_t threshold;  ///< of the words that drop
  float scale;
  std::uint64_t seed;
  std::uint32_t stage;
  const StepScalars* step;
  Function next;      ///< forward
  Derivative before;  ///< backward
  std::int64_t elements, images;
  const float* x;  ///< backward: dy
  float* y;        ///< backward: dx

  LENET_HOST_DEVICE void operator()(std::int64_t task, std::int64_t image) const {
    const RandomWords words =
        step ? philox4x32({{static_cast<std::uint32_t>(task), static_cast<std::uint32_t>(image),
                            static_cast<std::uint32_t>(step->number), stage}},
                          seed)
             : RandomWords{};
    for (int k = 0; k < 4 && 4 * task + k < elements; ++k) {
      const std::int64_t at = (4 * task + k) * images + image;
      const float kept = !step ? x[at] : words.of[k] < threshold ? 0.0f : x[at] * scale;
      y[at] = before.of(value(next, kept), at);
    }
  }
};

}  // namespace lenet::cuda
