// Runs kernels: on the card where nvcc compiles it, as loops on the host elsewhere.
#pragma once

#include <cstddef>
#include <vector>

#include "cuda/kernel.h"
#include "cuda/runtime.h"

namespace lenet::cuda {

#if defined(__CUDACC__)

inline constexpr int kTasksABlock = 4;

template <class Kernel>
__global__ void __launch_bounds__(kWarp* kTasksABlock)
    run_image_kernel(Kernel kernel, std::int64_t tasks) {
  const std::int64_t task = std::int64_t{blockIdx.x} * kTasksABlock + threadIdx.y;
  if (task < tasks) kernel(task, std::int64_t{blockIdx.y} * kWarp + threadIdx.x);
}

template <class Kernel>
constexpr int blocks_at_once() {
  if constexpr (requires { Kernel::kBlocksAtOnce; }) return Kernel::kBlocksAtOnce;
  return 1;
}

template <class Kernel>
__global__ void __launch_bounds__(Kernel::kThreads, blocks_at_once<Kernel>())
    run_block_kernel(Kernel kernel) {
  extern __shared__ __align__(16) float shared[];
  typename Kernel::Registers registers;
  const BlockThread at{blockIdx.x, static_cast<int>(threadIdx.x), shared};
  const int phases = kernel.phases();
  for (int phase = 0; phase < phases; ++phase) {
    kernel.phase(phase, at, registers);
    __syncthreads();
  }
}

template <class Kernel>
void launch_images(Stream& stream, const Kernel& kernel, const ImageGrid& grid) {
  if (grid.tasks == 0) return;
  const dim3 blocks(static_cast<unsigned>(pieces(grid.tasks, kTasksABlock)),
                    static_cast<unsigned>(grid.images / kWarp));
  run_image_kernel<<<blocks, dim3(kWarp, kTasksABlock), 0,
                     static_cast<cudaStream_t>(stream.handle())>>>(kernel, grid.tasks);
  check_launch();
}

template <class Kernel>
void launch_blocks(Stream& stream, const Kernel& kernel, std::int64_t blocks) {
  if (blocks == 0) return;
  const auto bytes = static_cast<std::size_t>(kernel.shared_floats()) * sizeof(float);
  run_block_kernel<<<static_cast<unsigned>(blocks), Kernel::kThreads, bytes,
                     static_cast<cudaStream_t>(stream.handle())>>>(kernel);
  check_launch();
}

#else

/// Calls f(i) for all i below n.
template <class F>
void for_all(std::int64_t n, bool backwards, F f) {
  for (std::int64_t i = 0; i < n; ++i) f(backwards ? n - 1 - i : i);
}

template <class Kernel>
void launch_images(Stream& stream, const Kernel& kernel, const ImageGrid& grid) {
  stream.run([kernel, grid](bool backwards) {
    for_all(grid.tasks * grid.images, backwards,
            [&](std::int64_t i) { kernel(i / grid.images, i % grid.images); });
  });
}

template <class Kernel>
void launch_blocks(Stream& stream, const Kernel& kernel, std::int64_t blocks) {
  stream.run([kernel, blocks](bool backwards) {
    std::vector<typename Kernel::Registers> registers(Kernel::kThreads);
    std::vector<float> shared(static_cast<std::size_t>(kernel.shared_floats()));
    for_all(blocks, backwards, [&](std::int64_t block) {
      for (int phase = 0; phase < kernel.phases(); ++phase) {
        for_all(Kernel::kThreads, backwards, [&](std::int64_t t) {
          kernel.phase(phase, {block, static_cast<int>(t), shared.data()},
                       registers[static_cast<std::size_t>(t)]);
        });
      }
    });
  });
}

#endif

}  // namespace lenet::cuda
