// What the parts of the self-check share.
#pragma once

#include <cstdint>

#include "lenet/pack.h"

namespace lenet::kernels {

inline constexpr int kLanesOfPack = static_cast<int>(kPack);

/// `Count` packs, and behind them the room that kernels for one image may touch. No two values of
/// an element are alike, so that a lane that is left out or taken twice shows.
template <int Count>
struct Packs {
  alignas(64) float data[(Count + 2) * kLanesOfPack];

  explicit Packs(int seed) {
    for (int i = 0; i < (Count + 2) * kLanesOfPack; ++i) {
      data[i] = static_cast<float>((i * 37 + seed * 11) % 101 - 50) / 64;
    }
  }
  float& at(int element, int lane) { return data[element * kLanesOfPack + lane]; }
};

/// Throws Error (kFailed), which names the kernel and the target, where `found` is not `want` but
/// for a few roundings.
void expect(const char* kernel, double found, double want);

void check_conv2d();
void check_linear();
void check_image();  ///< one image through the kernels for one

}  // namespace lenet::kernels
