// The gradient of a convolution by its weight and bias.
#pragma once

#include "cuda/axis.h"
#include "cuda/kernel.h"

namespace lenet::cuda {

/// dweight[o][c][tap] = sum over images and output positions p of dy[o][p] * x[c][source of p at
/// tap]; dbias[o] the sum of dy[o]. The sum is cut into slots, by images and rows of the output;
/// each slot holds all weights, then the biases. A part without images is 0.
struct Conv2dGradient {
  std::int64_t in_channels, out_channels;
  Axis height, width;
  std::int64_t images;  ///< N
  const float* x;
  const float* dy;
  float* slots;
  std::int64_t slot_stride;
  bool bias;
  std::int64_t image_parts, row_parts;  ///< of the sum: a slot for each pair

  static constexpr int kThreads = 128;

  /// Output channels of a block: as few as fill the last one best.
  static constexpr int outputs_of(std::int64_t channels) {
    return round_up(channels, 3) < round_up(channels, 4) ? 3 : 4;
  }

  std::int64_t slot_count() const { return image_parts * row_parts; }
};

/// A block: kOutputs output channels by kTaps taps of one kernel row, of one input channel, in one
/// slot. First each of its threads sums over images of its own; then the threads are summed.
/// kColumns: positions in a row whose values are read together; more than one if windows slide
/// by 1.
template <int kOutputs, int kTaps, int kColumns>
struct Conv2dGradientKernel {
  Conv2dGradient s;

  static constexpr int kThreads = Conv2dGradient::kThreads;
  static constexpr int kSums = kOutputs * kTaps + kOutputs;  ///< the last are the biases'
  static constexpr int kPitch = kThreads + 1;                ///< columns of sums in other banks

  /// What one block works on.
  struct Place {
    std::int64_t output, channel;  ///< the first output channel
    int row, tap;                  ///< kernel row, first tap in it
    std::int64_t image_part, row_part;
  };

  struct Registers {
    Place place;
    float sums[kOutputs][kTaps], bias[kOutputs];
  };

  std::int64_t blocks() const {
    return s.slot_count() * pieces(s.out_channels, kOutputs) * s.in_channels * s.height.kernel *
           pieces(s.width.kernel, kTaps);
  }
  int shared_floats() const { return kSums * kPitch; }
  LENET_HOST_DEVICE int phases() const { return 2; }

  LENET_HOST_DEVICE Place place_of(std::int64_t block) const {
    Place place;
    auto rest = static_cast<std::uint32_t>(block);
    const auto next = [&rest](std::int64_t count) {
      const std::uint32_t i = rest % static_cast<std::uint32_t>(count);
      rest /= static_cast<std::uint32_t>(count);
      return i;
    };
    place.tap = static_cast<int>(next(pieces(s.width.kernel, kTaps))) * kTaps;
    place.row = static_cast<int>(next(s.height.kernel));
    place.channel = next(s.in_channels);
    place.output = std::int64_t{next(pieces(s.out_channels, kOutputs))} * kOutputs;
    place.row_part = next(s.row_parts);
    place.image_part = rest;
    return place;
  }

  LENET_HOST_DEVICE void phase(int phase, const BlockThread& at, Registers& r) const {
    if (phase == 0) {
      r.place = place_of(at.block);
      sum_images(at.thread, r);
      share(at, r);
    } else {
      sum_threads(r.place, at);
    }
  }

  LENET_HOST_DEVICE void sum_images(int thread, Registers& r) const {
    LENET_UNROLL for (int k = 0; k < kOutputs; ++k) {
      r.bias[k] = 0;
      LENET_UNROLL for (int t = 0; t < kTaps; ++t) r.sums[k][t] = 0;
    }
    const auto first_row = static_cast<int>(r.place.row_part * s.height.out / s.row_parts);
    const auto last_row = static_cast<int>((r.place.row_part + 1) * s.height.out / s.row_parts);
    for (std::int64_t image = r.place.image_part * kThreads + thread; image < s.images;
         image += s.image_parts * kThreads) {
      for (int h = first_row; h < last_row; ++h) sum_row(r.place, h, image, r);
    }
  }

  /// Adds row h of the output, of one image.
  LENET_HOST_DEVICE void sum_row(const Place& place, int h, std::int64_t image,
                                 Registers& r) const {
    const int source = h * s.height.stride + place.row - s.height.pad;
    const bool inside = source >= 0 && source < s.height.in;
    const float* x = s.x + (place.channel * s.height.in + source) * s.width.in * s.images + image;
    const std::int64_t plane = std::int64_t{s.height.out} * s.width.out;
    const float* dy = s.dy + (place.output * plane + h * s.width.out) * s.images + image;
    for (int w = 0; w < s.width.out; w += kColumns, dy += kColumns * s.images) {
      float d[kOutputs][kColumns], of_x[kColumns + kTaps - 1];
      LENET_UNROLL for (int k = 0; k < kOutputs; ++k) {
        LENET_UNROLL for (int j = 0; j < kColumns; ++j) {
          const bool is_output = place.output + k < s.out_channels && w + j < s.width.out;
          d[k][j] = is_output ? dy[(k * plane + j) * s.images] : 0.0f;
        }
      }
      LENET_UNROLL for (int i = 0; i < kColumns + kTaps - 1; ++i) {
        const int column = w * s.width.stride + place.tap + i - s.width.pad;
        of_x[i] = inside && column >= 0 && column < s.width.in ? x[column * s.images] : 0.0f;
      }
      add(d, of_x, r);
    }
  }

  LENET_HOST_DEVICE static void add(const float (&d)[kOutputs][kColumns],
                                    const float (&x)[kColumns + kTaps - 1], Registers& r) {
    LENET_UNROLL for (int k = 0; k < kOutputs; ++k) {
      LENET_UNROLL for (int j = 0; j < kColumns; ++j) {
        r.bias[k] += d[k][j];
        LENET_UNROLL for (int t = 0; t < kTaps; ++t) r.sums[k][t] += d[k][j] * x[j + t];
      }
    }
  }

  LENET_HOST_DEVICE void share(const BlockThread& at, const Registers& r) const {
    LENET_UNROLL for (int k = 0; k < kOutputs; ++k) {
      LENET_UNROLL for (int t = 0; t < kTaps; ++t) {
        at.shared[(k * kTaps + t) * kPitch + at.thread] = r.sums[k][t];
      }
      at.shared[(kOutputs * kTaps + k) * kPitch + at.thread] = r.bias[k];
    }
  }

  /// A thread adds up one sum of all threads, in their order.
  LENET_HOST_DEVICE void sum_threads(const Place& place, const BlockThread& at) const {
    if (at.thread >= kSums) return;
    float sum = 0;
    for (int t = 0; t < kThreads; ++t) sum += at.shared[at.thread * kPitch + t];
    const bool of_bias = at.thread >= kOutputs * kTaps;
    const int k = of_bias ? at.thread - kOutputs * kTaps : at.thread / kTaps;
    const std::int64_t output = place.output + k;
    if (output >= s.out_channels) return;
    const std::int64_t slot = place.image_part * s.row_parts + place.row_part;
    float* to = s.slots + slot * s.slot_stride;
    const std::int64_t taps = std::int64_t{s.height.kernel} * s.width.kernel;
    if (of_bias) {
      const bool owner = place.channel == 0 && place.row == 0 && place.tap == 0;
      if (s.bias && owner) to[s.out_channels * s.in_channels * taps + output] = sum;
      return;
    }
    const int tap = place.tap + at.thread % kTaps;
    if (tap >= s.width.kernel) return;
    to[(output * s.in_channels + place.channel) * taps + place.row * s.width.kernel + tap] = sum;
  }
};

}  // namespace lenet::cuda
