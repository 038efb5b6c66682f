// Launches: the grid that the compiled program asks for, and in it the kernel's thread function as
// the host's compiler sees it.
#include "cuda/kernels.h"

#include <cxxabi.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <numeric>
#include <string>
#include <typeinfo>
#include <vector>

#include "cuda/model/model.h"

namespace cuda_model {
namespace {

using namespace lenet::cuda;

struct Grid {
  dim3 blocks, threads;
  std::size_t shared_bytes;
};

/// What a launch with these arguments does.
using Bind = Work (*)(void** arguments, const Grid& grid);

std::string demangled(const char* name) {
  const std::unique_ptr<char, void (*)(void*)> text(
      abi::__cxa_demangle(name, nullptr, nullptr, nullptr), std::free);
  return text ? text.get() : name;
}

/// 0 to n - 1 in random order.
std::vector<int> shuffled(std::int64_t n) {
  std::vector<int> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  std::ranges::shuffle(order, random());
  return order;
}

/// As launch.h's run_image_kernel.
template <class Kernel>
Work image_work(void** arguments, const Grid& grid) {
  const Kernel kernel = *static_cast<Kernel*>(arguments[0]);
  const std::int64_t tasks = *static_cast<std::int64_t*>(arguments[1]);
  if (grid.threads.x != kWarp || std::int64_t{grid.blocks.x} * grid.threads.y < tasks) {
    violate("the grid does not cover the tasks");
  }
  return [=] {
    for (const int block : shuffled(std::int64_t{grid.blocks.x} * grid.blocks.y)) {
      for (const int thread : shuffled(kWarp * grid.threads.y)) {
        const std::int64_t task =
            block % std::int64_t{grid.blocks.x} * grid.threads.y + thread / kWarp;
        if (task < tasks)
          kernel(task, block / std::int64_t{grid.blocks.x} * kWarp + thread % kWarp);
      }
    }
  };
}

/// As launch.h's run_block_kernel.
template <class Kernel>
Work block_work(void** arguments, const Grid& grid) {
  const Kernel kernel = *static_cast<Kernel*>(arguments[0]);
  if (grid.threads.x != Kernel::kThreads) violate("not the block that the kernel is made for");
  return [=] {
    for (const int block : shuffled(grid.blocks.x)) {
      std::vector<typename Kernel::Registers> registers(Kernel::kThreads);
      std::vector<float> shared(grid.shared_bytes / sizeof(float), NAN);
      for (int phase = 0; phase < kernel.phases(); ++phase) {
        for (const int t : shuffled(Kernel::kThreads)) {
          kernel.phase(phase, {block, t, shared.data()}, registers[static_cast<std::size_t>(t)]);
        }
      }
    }
  };
}

template <class... Kernels>
void add_image_kernels(std::map<std::string, Bind>& all) {
  (all.emplace(demangled(typeid(Kernels).name()), image_work<Kernels>), ...);
}

template <class... Kernels>
void add_block_kernels(std::map<std::string, Bind>& all) {
  (all.emplace(demangled(typeid(Kernels).name()), block_work<Kernels>), ...);
}

template <int kBlock, int kKernel>
void add_contractions(std::map<std::string, Bind>& all) {
  add_block_kernels<ContractionKernel<kBlock, kKernel, 1>, ContractionKernel<kBlock, kKernel, 2>,
                    ContractionKernel<kBlock, kKernel, 4>, LinearKernel<kBlock>>(all);
}

template <int kTaps>
void add_gradients(std::map<std::string, Bind>& all) {
  add_block_kernels<Conv2dGradientKernel<3, kTaps, 1>, Conv2dGradientKernel<3, kTaps, 4>,
                    Conv2dGradientKernel<4, kTaps, 1>, Conv2dGradientKernel<4, kTaps, 4>>(all);
}

/// By the name of the kernel's struct.
std::map<std::string, Bind> all_kernels() {
  std::map<std::string, Bind> all;
  add_image_kernels<Pool2dForward, Pool2dBackward, Pool2dSideBySideBackward, NormPreparation,
                    NormGradientMeans, ChannelForward, ChannelBackward, Dropout4, GatherBytes,
                    GatherChanged, GatherFloats, KeepBuffers, Update, LayOut, FunctionForward,
                    FunctionBackward, Add, ZeroPad2dForward, ZeroPad2dBackward, GroupedForward,
                    GroupedInputGradient, GroupNormForward, GroupNormBackward, PReLUForward,
                    PReLUBackward, ScaleForward, ScaleGateGradient, UpsampleForward,
                    UpsampleBackward>(all);
  add_block_kernels<LinearGradient, ChannelStatistics, ChannelGradients, LossKernel<CrossEntropy>,
                    LossKernel<SoftCrossEntropy>,
                    LossKernel<RowLoss<lenet::formula::BinaryCrossEntropy<float>>>,
                    LossKernel<RowLoss<lenet::formula::SquaredError<float>>>,
                    LossKernel<RowLoss<lenet::formula::AbsoluteError<float>>>, SquareSum,
                    GroupedWeightGradient, GroupNormGradients, PReLUGradients>(all);
  add_contractions<4, 0>(all), add_contractions<4, 3>(all), add_contractions<4, 5>(all);
  add_contractions<6, 0>(all), add_contractions<6, 3>(all), add_contractions<6, 5>(all);
  add_gradients<1>(all), add_gradients<3>(all), add_gradients<4>(all), add_gradients<5>(all);
  return all;
}

/// The kernel of run_..._kernel<NAME>(...).
Bind kernel_of(const std::string& function) {
  static const std::map<std::string, Bind> all = all_kernels();
  for (const auto& [name, bind] : all) {
    const std::string argument = "kernel<" + name + (name.ends_with('>') ? " >" : ">") + "(";
    if (function.find(argument) != std::string::npos) return bind;
  }
  return nullptr;
}

/// By the address that the program launches.
std::map<const void*, std::string>& functions() {
  static std::map<const void*, std::string> all;
  return all;
}

struct Configuration {
  Grid grid;
  cudaStream_t stream;
};
thread_local Configuration next;

void launch(const void* function, const Grid& grid, void** arguments, cudaStream_t stream) {
  constexpr std::size_t kMostShared = 48 << 10;
  constexpr unsigned kMostInY = 65535, kMostThreads = 1024;
  const unsigned threads = grid.threads.x * grid.threads.y;
  if (grid.shared_bytes > kMostShared || grid.blocks.y > kMostInY || threads > kMostThreads ||
      grid.blocks.x == 0 || grid.blocks.y == 0) {
    violate("a launch that no card takes");
  }
  const Bind bind = kernel_of(functions().at(function));
  if (!bind) violate(("add to all_kernels(): " + functions().at(function)).c_str());
  queue(stream, bind(arguments, grid));
}

}  // namespace
}  // namespace cuda_model

using namespace cuda_model;  // what follows are the names that nvcc's code calls

extern "C" {

void** __cudaRegisterFatBinary(void*) {
  static void* handle;
  return &handle;
}
void __cudaRegisterFatBinaryEnd(void**) {}
void __cudaUnregisterFatBinary(void**) {}

void __cudaRegisterFunction(void**, const char* address, char*, const char* name, int, uint3*,
                            uint3*, dim3*, dim3*, int*) {
  functions()[address] = demangled(name);
}

unsigned __cudaPushCallConfiguration(dim3 blocks, dim3 threads, std::size_t shared_bytes,
                                     cudaStream_t stream) {
  next = {{blocks, threads, shared_bytes}, stream};
  return 0;
}

cudaError_t __cudaPopCallConfiguration(dim3* blocks, dim3* threads, std::size_t* shared_bytes,
                                       void* stream) {
  *blocks = next.grid.blocks;
  *threads = next.grid.threads;
  *shared_bytes = next.grid.shared_bytes;
  *static_cast<cudaStream_t*>(stream) = next.stream;
  return cudaSuccess;
}

cudaError_t __cudaGetKernel(cudaKernel_t* kernel, const void* function) {
  *kernel = reinterpret_cast<cudaKernel_t>(const_cast<void*>(function));
  return cudaSuccess;
}

cudaError_t __cudaLaunchKernel(cudaKernel_t kernel, dim3 blocks, dim3 threads, void** arguments,
                               std::size_t shared_bytes, cudaStream_t stream) {
  launch(kernel, {blocks, threads, shared_bytes}, arguments, stream);
  return cudaSuccess;
}

}  // extern "C"
