// Each kernel on one pack and one thread: GFLOP/s, and the share of the FMA peak measured just
// before it.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/aligned.h"
#include "kernels/conv2d.h"
#include "kernels/fma_peak.h"
#include "kernels/function.h"
#include "kernels/linear.h"
#include "kernels/pool2d.h"
#include "kernels/transpose.h"
#include "lenet/pack.h"
#include "lenet/random.h"
#include "lenet/timer.h"

namespace lenet {
namespace {

using kernels::Conv2dShape;

AlignedFloats noise(std::int64_t count) {
  AlignedFloats values(count);
  Generator generator;
  generator.uniform({values.data(), static_cast<std::size_t>(count)}, -1, 1);
  return values;
}

/// FMA operations a second of one thread, the best of some milliseconds.
double peak() {
  double best = 0;
  float sink = 0;
  for (int i = 0; i < 20; ++i) {
    Timer timer;
    const double operations = static_cast<double>(kernels::fma_peak(20'000, &sink));
    best = std::max(best, operations / timer.stop());
  }
  benchmark::DoNotOptimize(sink);
  return best;
}

/// Runs f, which does `multiply_adds` for each of the 16 images, and reports speed and share.
template <class F>
void measure(benchmark::State& state, std::int64_t multiply_adds, F f) {
  const double most = peak();
  Timer timer;
  for (auto _ : state) f();
  const double seconds = timer.stop();
  const double speed = 2.0 * static_cast<double>(multiply_adds * kPack) *
                       static_cast<double>(state.iterations()) / seconds;
  state.counters["GFLOP/s"] = speed * 1e-9;
  state.counters["share"] = speed / most;
}

/// The 3-d shapes of a "same" convolution or one without padding.
Conv2dShape conv2d_shape(std::int64_t in, std::int64_t out, std::int64_t size, std::int64_t kernel,
                         std::int64_t stride, std::int64_t pad) {
  const std::int64_t places = (size + 2 * pad - kernel) / stride + 1;
  return {in, size, size, out, places, places, kernel, kernel, stride, stride, pad, pad};
}

enum class Pass { kForward, kInputGradient, kWeightGradient };

void conv2d(benchmark::State& state, Conv2dShape s, Pass pass) {
  const std::int64_t weights = s.groups * s.group_weights();
  AlignedFloats x = noise(s.in_channels * s.in_height * s.in_width * kPack);
  AlignedFloats y = noise(s.out_channels * s.out_height * s.out_width * kPack);
  AlignedFloats weight = noise(weights), bias = noise(s.out_channels);
  measure(state, weights * s.out_height * s.out_width, [&] {
    switch (pass) {
      case Pass::kForward:
        return kernels::conv2d_forward(s, weight.data(), bias.data(), x.data(), y.data());
      case Pass::kInputGradient:
        return kernels::conv2d_input_gradient(s, weight.data(), y.data(), x.data());
      case Pass::kWeightGradient:
        return kernels::conv2d_weight_gradient(s, x.data(), y.data(), weight.data(), bias.data());
    }
  });
}

void linear(benchmark::State& state, std::int64_t in, std::int64_t out, Pass pass) {
  constexpr std::int64_t kImages = 256;
  const std::int64_t panels = (std::max(in, out) + kPack - 1) / kPack;
  AlignedFloats x = noise(panels * kImages * kPack), y = noise(panels * kImages * kPack);
  AlignedFloats weight = noise(in * out), bias = noise(out);
  if (pass == Pass::kWeightGradient) {  // 16 packs at once, in rows of at most 8 outputs
    return measure(state, in * out * kImages / kPack, [&] {
      for (std::int64_t o = 0; o < out; o += 8) {
        kernels::linear_weight_gradient({in, kImages, o, std::min(o + 8, out), false},
                                        {x.data(), kImages * kPack}, {y.data(), kImages * kPack},
                                        weight.data() + o * in, bias.data() + o);
      }
    });
  }
  measure(state, in * out, [&] {
    if (pass == Pass::kForward) {
      kernels::linear_forward(in, out, weight.data(), bias.data(), x.data(), y.data());
    } else {
      kernels::linear_input_gradient(in, out, weight.data(), y.data(), x.data());
    }
  });
}

/// Time a pack, of work that has no multiply-adds to count.
template <class F>
void add_plain(const std::string& name, F f) {
  benchmark::RegisterBenchmark(name.c_str(), [f](benchmark::State& state) {
    for (auto _ : state) f();
  });
}

void add_pass(const std::string& name, const char* pass_name,
              void (*f)(benchmark::State&, Conv2dShape, Pass), Conv2dShape shape, Pass pass) {
  benchmark::RegisterBenchmark(fmt::format("{}/{}", name, pass_name).c_str(), f, shape, pass);
}

constexpr std::pair<Pass, const char*> kPasses[] = {{Pass::kForward, "forward"},
                                                    {Pass::kInputGradient, "input_gradient"},
                                                    {Pass::kWeightGradient, "weight_gradient"}};

void add_conv2d(const std::string& name, const Conv2dShape& shape) {
  for (const auto& [pass, pass_name] : kPasses) add_pass(name, pass_name, conv2d, shape, pass);
}

bool register_all() {
  add_conv2d("lenet_conv1", conv2d_shape(1, 6, 28, 5, 1, 2));
  add_conv2d("lenet_conv2", conv2d_shape(6, 16, 14, 5, 1, 0));
  for (const std::int64_t channels : {4, 8, 16, 32, 64}) {
    for (const std::int64_t kernel : {1, 3, 5, 7}) {
      if (kernel == 1 && channels < 16) continue;
      for (const std::int64_t stride : {1, 2}) {
        for (const std::int64_t size : {8, 16, 32}) {
          if (channels == 64 && size == 32) continue;
          add_conv2d(fmt::format("conv2d_{0}x{0}_k{1}_s{2}_{3}", channels, kernel, stride, size),
                     conv2d_shape(channels, channels, size, kernel, stride, kernel / 2));
        }
      }
    }
  }
  for (const std::int64_t kernel : {3, 5}) {
    for (const std::int64_t stride : {1, 2}) {
      for (const std::int64_t size : {7, 14, 28}) {
        Conv2dShape depthwise = conv2d_shape(64, 64, size, kernel, stride, kernel / 2);
        depthwise.groups = 64;
        add_conv2d(fmt::format("depthwise_64_k{}_s{}_{}", kernel, stride, size), depthwise);
      }
    }
  }
  constexpr std::pair<std::int64_t, std::int64_t> kLinear[] = {
      {400, 120}, {120, 84}, {84, 10}, {32, 32}, {256, 256}, {1024, 1024}, {1024, 32}, {32, 1024}};
  for (const auto& [in, out] : kLinear) {
    for (const auto& [pass, pass_name] : kPasses) {
      benchmark::RegisterBenchmark(fmt::format("linear_{}_{}/{}", in, out, pass_name).c_str(),
                                   linear, in, out, pass);
    }
  }
  static AlignedFloats x = noise(6 * 28 * 28 * kPack), y = noise(6 * 14 * 14 * kPack);
  static constexpr PoolAxis kHalf = {.in = 28, .out = 14, .kernel = 2, .stride = 2};
  static constexpr Pool2dShape pool{6, kHalf, kHalf};
  for (const auto& [act, name] :
       {std::pair(Function::Kind::kSigmoid, "sigmoid"), std::pair(Function::Kind::kReLU, "relu")}) {
    add_plain(fmt::format("lenet_pool1_{}/forward", name), [act = act] {
      kernels::pool2d_forward(pool, kernels::Pooling::kAverage, {act}, x.data(), y.data());
    });
    add_plain(fmt::format("lenet_pool1_{}/backward", name), [act = act] {
      kernels::pool2d_backward(pool, kernels::Pooling::kAverage, {act}, y.data(), x.data());
    });
    add_plain(fmt::format("activation_{}_4704/forward", name),
              [act = act] { kernels::function_forward({act}, x.size(), x.data(), x.data()); });
  }
  add_plain("gather_28x28", [] {
    static const std::vector<std::uint8_t> pixels(kPack * 784, 7);
    const std::uint8_t* images[kPack];
    for (std::int64_t i = 0; i < kPack; ++i) images[i] = pixels.data() + i * 784;
    kernels::gather_images(images, 784, x.data());
  });
  return true;
}

const bool registered = register_all();

}  // namespace
}  // namespace lenet
