// The two forms that a kernel has. Both are plain structs whose members are the arguments, and
// whose code is what one thread does; launch.h runs them on the card, or as loops on the host.
#pragma once

#include <cstdint>

#include "cuda/host_device.h"

namespace lenet::cuda {

/// Warps that keep a large card busy: two for each of the 528 schedulers of an H200. What is cut
/// into parts is cut into as many as make so many.
inline constexpr std::int64_t kBusyWarps = 1056;

// An image kernel: threads that need nothing of each other, a warp for each task and 32 images.
//
//   LENET_HOST_DEVICE void operator()(std::int64_t task, std::int64_t image) const;

/// How often an image kernel's thread function is called.
struct ImageGrid {
  std::int64_t tasks;
  std::int64_t images;  ///< a multiple of kWarp
};

// A block kernel: blocks whose threads share memory. A block's work is a number of phases with a
// barrier after each; what a thread keeps from phase to phase is its Registers.
//
//   static constexpr int kThreads;
//   static constexpr int kBlocksAtOnce;  // on a multiprocessor; may be left out: 1
//   struct Registers;
//   LENET_HOST_DEVICE int phases() const;
//   int shared_floats() const;
//   LENET_HOST_DEVICE void phase(int phase, const BlockThread& at, Registers& registers) const;

/// One thread of a block kernel.
struct BlockThread {
  std::int64_t block;
  int thread;
  float* shared;  ///< the block's, not set before the first phase
};

/// How often n, a power of two, can be halved: an initial value without a call, since g++ 14 takes
/// none there.
template <int n>
inline constexpr int kHalvings = 1 + kHalvings<n / 2>;
template <>
inline constexpr int kHalvings<1> = 0;

/// The sum of what a block's threads hold, as phases: store() in one phase, one halve() in each of
/// the kSteps that follow, after which the first is the sum. A fixed tree: the same bits each time.
template <int kThreads>
struct TreeSum {
  static constexpr int kSteps = kHalvings<kThreads>;

  template <class T>
  LENET_HOST_DEVICE static void halve(int step, int thread, T* values) {
    const int width = kThreads >> (step + 1);
    if (thread < width) values[thread] += values[thread + width];
  }
};

}  // namespace lenet::cuda
