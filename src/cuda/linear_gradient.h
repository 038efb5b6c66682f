// The gradient of a Linear by its weight and bias.
#pragma once

#include "cuda/kernel.h"

namespace lenet::cuda {

/// dweight[o][i] = sum over images n of dy[o][n] * x[i][n]; the bias is one more input, which is 1.
/// The sum is cut into slots by images; each slot holds all weights, then the biases. A block: a
/// tile of kTile x kTile weights in one slot, over its images in chunks that it holds in shared
/// memory; a thread sums 4 outputs by 2 inputs.
struct LinearGradient {
  std::int64_t inputs, outputs, images;  ///< images: N
  const float* x;
  const float* dy;
  float* slots;
  std::int64_t slot_stride;
  bool bias;
  std::int64_t image_parts;  ///< of the sum: a slot each; a part without images is 0

  static constexpr int kTile = 32;
  static constexpr int kThreads = 128;
  static constexpr std::int64_t kPitch =
      kTile + 4;  ///< rows of the tiles: four floats can be read at once

  /// What one block works on.
  struct Place {
    std::int64_t input, output;  ///< the first of each
    std::int64_t part;
  };

  struct Registers {
    Place place;
    float sums[4][2];
  };

  LENET_HOST_DEVICE static std::int64_t tiles(std::int64_t inputs, std::int64_t outputs) {
    return pieces(inputs, kTile) * pieces(outputs, kTile);
  }
  LENET_HOST_DEVICE std::int64_t columns() const { return inputs + (bias ? 1 : 0); }
  std::int64_t blocks() const { return image_parts * tiles(columns(), outputs); }
  int shared_floats() const { return static_cast<int>(2 * kPitch * kTile); }

  /// For each chunk of images one phase that loads and one that multiplies; the last one stores.
  LENET_HOST_DEVICE int phases() const {
    return static_cast<int>(2 * pieces(images / kWarp, image_parts) + 1);
  }

  LENET_HOST_DEVICE void phase(int phase, const BlockThread& at, Registers& r) const {
    if (phase == 0) {
      r.place = place_of(at.block);
      LENET_UNROLL for (int k = 0; k < 4; ++k) r.sums[k][0] = r.sums[k][1] = 0;
    }
    const std::int64_t first_image = (r.place.part + phase / 2 * image_parts) * kWarp;
    if (phase == phases() - 1) {
      store(r.place, at.thread, r);
    } else if (first_image >= images) {
      return;
    } else if (phase % 2 == 0) {
      load(r.place, first_image, at);
    } else {
      multiply(at, r);
    }
  }

  LENET_HOST_DEVICE Place place_of(std::int64_t block) const {
    const std::int64_t rows = pieces(outputs, kTile), tile = block / image_parts;
    return {tile / rows * kTile, tile % rows * kTile, block % image_parts};
  }

  /// Turns both tiles: shared[n][o] and behind it shared[n][i].
  LENET_HOST_DEVICE void load(const Place& place, std::int64_t first_image,
                              const BlockThread& at) const {
    const int n = at.thread % kWarp;
    float* row = at.shared + n * kPitch;
    for (int k = at.thread / kWarp; k < kTile; k += kThreads / kWarp) {
      const std::int64_t o = place.output + k, i = place.input + k, image = first_image + n;
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

  LENET_HOST_DEVICE void store(const Place& place, int thread, const Registers& r) const {
    float* dweight = slots + place.part * slot_stride;
    float* dbias = dweight + outputs * inputs;
    LENET_UNROLL for (int k = 0; k < 4; ++k) {
      LENET_UNROLL for (int j = 0; j < 2; ++j) {
        const std::int64_t o = place.output + std::int64_t{thread / 16} * 4 + k;
        const std::int64_t i = place.input + thread % 16 + std::int64_t{16} * j;
        if (o >= outputs) continue;
        if (i < inputs) {
          dweight[o * inputs + i] = r.sums[k][j];
        } else if (i == inputs && bias) {
          dbias[o] = r.sums[k][j];
        }
      }
    }
  }
};

}  // namespace lenet::cuda
