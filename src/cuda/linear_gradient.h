// The gradient of a Linear by its weight and bias.
#pragma once

#include "cuda/kernel.h"

namespace lenet::cuda {

/// dweight[o][i] = sum over images n of dy[o][n] * x[i][n]; the bias is one more input, which is 1.
/// A block: a tile of kTile x kTile weights, over all images in chunks that it holds in shared
/// memory; a thread sums 4 outputs by 2 inputs.
struct LinearGradient {
  std::int64_t inputs, outputs, images;  ///< images: N
  const float* x;
  const float* dy;
  float* dweight;
  float* dbias;  ///< null without

  static constexpr int kTile = 32;
  static constexpr int kThreads = 128;
  static constexpr std::int64_t kPitch =
      kTile + 4;  ///< rows of the tiles: four floats can be read at once

  struct Registers {
    float sums[4][2];
  };

  std::int64_t columns() const { return inputs + (dbias ? 1 : 0); }
  std::int64_t blocks() const { return pieces(columns(), kTile) * pieces(outputs, kTile); }
  int shared_floats() const { return static_cast<int>(2 * kPitch * kTile); }

  /// For each chunk of images one phase that loads and one that multiplies; the last one stores.
  LENET_HOST_DEVICE int phases() const { return static_cast<int>(2 * (images / kWarp) + 1); }

  LENET_HOST_DEVICE void phase(int phase, const BlockThread& at, Registers& r) const {
    const std::int64_t tiles = pieces(inputs + (dbias ? 1 : 0), kTile);
    const std::int64_t first_input = at.block % tiles * kTile;
    const std::int64_t first_output = at.block / tiles * kTile;
    if (phase == 0) {
      LENET_UNROLL for (int k = 0; k < 4; ++k) r.sums[k][0] = r.sums[k][1] = 0;
    }
    if (phase == phases() - 1) {
      store(first_output, first_input, at.thread, r);
    } else if (phase % 2 == 0) {
      load(first_output, first_input, std::int64_t{phase / 2} * kWarp, at);
    } else {
      multiply(at, r);
    }
  }

  /// Turns both tiles: shared[n][o] and behind it shared[n][i].
  LENET_HOST_DEVICE void load(std::int64_t first_output, std::int64_t first_input,
                              std::int64_t first_image, const BlockThread& at) const {
    const int n = at.thread % kWarp;
    float* row = at.shared + n * kPitch;
    for (int k = at.thread / kWarp; k < kTile; k += kThreads / kWarp) {
      const std::int64_t o = first_output + k, i = first_input + k, image = first_image + n;
      row[k] = o < outputs ? dy[o * images + image] : 0.0f;
      row[kTile * kPitch + k] = i < inputs ? x[i * images + image] : 1.0f;
    }
  }

  LENET_HOST_DEVICE void multiply(const BlockThread& at, Registers& r) const {
    const float* d = at.shared + std::int64_t{at.thread / 16} * 4;
    const float* v = at.shared + kTile * kPitch + at.thread % 16;
    for (int n = 0; n < kWarp; ++n, d += kPitch, v += kPitch) {
      const Floats<4> of_outputs = *reinterpret_cast<const Floats<4>*>(d);
      LENET_UNROLL for (int k = 0; k < 4; ++k) {
        r.sums[k][0] += of_outputs.of[k] * v[0];
        r.sums[k][1] += of_outputs.of[k] * v[16];
      }
    }
  }

  LENET_HOST_DEVICE void store(std::int64_t first_output, std::int64_t first_input, int thread,
                               const Registers& r) const {
    LENET_UNROLL for (int k = 0; k < 4; ++k) {
      LENET_UNROLL for (int j = 0; j < 2; ++j) {
        const std::int64_t o = first_output + std::int64_t{thread / 16} * 4 + k;
        const std::int64_t i = first_input + thread % 16 + std::int64_t{16} * j;
        if (o >= outputs || i > inputs) continue;
        if (i < inputs) {
          dweight[o * inputs + i] = r.sums[k][j];
        } else if (dbias) {
          dbias[o] = r.sums[k][j];
        }
      }
    }
  }
};

}  // namespace lenet::cuda
