// A model of the CUDA runtime on the host, as far as src/cuda calls it: for what the compiler makes
// of the back end's own calls and launches, where there is no card. What CUDA's manual forbids ends
// the program; what it leaves open is decided at random.
#pragma once

#include <cuda_runtime.h>

#include <functional>
#include <random>

namespace cuda_model {

using Work = std::function<void()>;

/// Says what was done wrong, and ends the program.
[[noreturn]] void violate(const char* what);

std::mt19937& random();

/// Queues work on a stream, or records it if the stream is captured.
void queue(cudaStream_t stream, Work work);

}  // namespace cuda_model
