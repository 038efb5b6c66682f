#include "kernels/self_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>

#include "base/philox.h"
#include "kernels/activation.h"
#include "kernels/batch_norm.h"
#include "kernels/conv2d.h"
#include "kernels/cross_entropy.h"
#include "kernels/dropout.h"
#include "kernels/image.h"
#include "kernels/linear.h"
#include "kernels/mapping.h"
#include "kernels/pool2d.h"
#include "kernels/simd.h"
#include "kernels/transpose.h"
#include "lenet/error.h"
#include "lenet/pack.h"

namespace lenet::kernels {
namespace {

constexpr int kLanesOfPack = static_cast<int>(kPack);

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

void expect(const char* kernel, double found, double want) {
  constexpr double kTolerance = 1e-5;  // a few float roundings of sums below 20
  if (std::abs(found - want) <= kTolerance * (1 + std::abs(want))) return;
  throw Error(ErrorKind::kFailed,
              fmt::format("self-check: {} gives {} on {} where {} is right: this build of lenet is "
                          "not to be trusted on this machine; another instruction set may be "
                          "(LENET_SIMD), and please report it",
                          kernel, found, target_name(running_target()), want));
}

/// Two channels of 3x3, two kernels of 2x2, an output of 2x2.
constexpr Conv2dShape kConv = {2, 3, 3, 2, 2, 2, 2, 2, 1, 1, 0, 0};

/// Calls f(output, input, weight) with the indices of every product of kConv, the weight's in the
/// order (out, in, taps).
template <class F>
void each_product(F f) {
  for (int o = 0; o < 2; ++o) {
    for (int c = 0; c < 2; ++c) {
      for (int tap = 0; tap < 4; ++tap) {
        for (int at = 0; at < 4; ++at) {
          const int row = at / 2 + tap / 2, column = at % 2 + tap % 2;
          f(o * 4 + at, (c * 3 + row) * 3 + column, (o * 2 + c) * 4 + tap);
        }
      }
    }
  }
}

void check_conv2d() {
  Packs<18> x(1), dx(2);
  Packs<8> y(3), dy(4);
  Packs<1> weight(5), cto(0), otc(0), dweight(0), bias(6), dbias(0);
  for (int w = 0; w < 16; ++w) {
    const int o = w / 8, c = w / 4 % 2, tap = w % 4;
    cto.data[(c * 4 + tap) * 2 + o] = otc.data[(o * 4 + tap) * 2 + c] = weight.data[w];
  }
  conv2d_forward(kConv, cto.data, bias.data, x.data, y.data);
  conv2d_input_gradient(kConv, otc.data, dy.data, dx.data);
  conv2d_weight_gradient(kConv, x.data, dy.data, dweight.data, dbias.data);
  double want_dweight[16] = {};
  double want_dbias[2] = {};
  for (int lane = 0; lane < kLanesOfPack; ++lane) {
    double want_y[8];
    double want_dx[18] = {};
    for (int i = 0; i < 8; ++i) {
      want_y[i] = bias.data[i / 4];
      want_dbias[i / 4] += dy.at(i, lane);
    }
    each_product([&](int out, int in, int w) {
      want_y[out] += double{weight.data[w]} * x.at(in, lane);
      want_dx[in] += double{weight.data[w]} * dy.at(out, lane);
      want_dweight[w] += double{x.at(in, lane)} * dy.at(out, lane);
    });
    for (int i = 0; i < 8; ++i) expect("conv2d", y.at(i, lane), want_y[i]);
    for (int i = 0; i < 18; ++i) expect("conv2d's input gradient", dx.at(i, lane), want_dx[i]);
  }
  for (int w = 0; w < 16; ++w) expect("conv2d's weight gradient", dweight.data[w], want_dweight[w]);
  for (int o = 0; o < 2; ++o) expect("conv2d's bias gradient", dbias.data[o], want_dbias[o]);
}

void check_linear() {
  Packs<3> x(1), dx(2);
  Packs<2> y(3), dy(4);
  Packs<1> weight(5), io(0), bias(6), dweight(0), dbias(0);
  for (int w = 0; w < 6; ++w) io.data[w % 3 * 2 + w / 3] = weight.data[w];
  linear_forward(3, 2, io.data, bias.data, x.data, y.data);
  linear_input_gradient(3, 2, weight.data, dy.data, dx.data);
  for (int lane = 0; lane < kLanesOfPack; ++lane) {
    for (int o = 0; o < 2; ++o) {
      double want = bias.data[o];
      for (int i = 0; i < 3; ++i) want += double{weight.data[o * 3 + i]} * x.at(i, lane);
      expect("linear", y.at(o, lane), want);
    }
    for (int i = 0; i < 3; ++i) {
      double want = 0;
      for (int o = 0; o < 2; ++o) want += double{weight.data[o * 3 + i]} * dy.at(o, lane);
      expect("linear's input gradient", dx.at(i, lane), want);
    }
  }
  // Two images, an image a row: 3 inputs, 2 outputs.
  linear_weight_gradient({3, 2, 0, 2, false}, {x.data, kPack * 2}, {dy.data, kPack * 2},
                         dweight.data, dbias.data);
  for (int o = 0; o < 2; ++o) {
    expect("linear's bias gradient", dbias.data[o], double{dy.at(0, o)} + dy.at(1, o));
    for (int i = 0; i < 3; ++i) {
      const double want = double{dy.at(0, o)} * x.at(0, i) + double{dy.at(1, o)} * x.at(1, i);
      expect("linear's weight gradient", dweight.data[o * 3 + i], want);
    }
  }
}

/// One channel of 2x2 in one window, and the same with a border of padding.
void check_pool2d() {
  for (const Pooling pooling : {Pooling::kAverage, Pooling::kMaximum}) {
    Packs<4> x(1), dx(2), dx_overlapping(3);
    Packs<1> y(4), y_overlapping(5), dy(6);
    const Pool2dShape shape = {1, 2, 2, 1, 1, 2, 2, 2, 2, 0, 0};
    pool2d_forward_overlapping(shape, pooling, x.data, y_overlapping.data);
    pool2d_backward_overlapping(shape, pooling, x.data, dy.data, dx_overlapping.data);
    std::copy(std::begin(x.data), std::end(x.data), dx.data);
    pool2d_forward(shape, pooling, Activation::kNone, dx.data, y.data);
    pool2d_backward(shape, pooling, Activation::kNone, dy.data, dx.data);
    for (int lane = 0; lane < kLanesOfPack; ++lane) {
      int largest = 0;
      double sum = 0;
      for (int i = 0; i < 4; ++i) {
        sum += x.at(i, lane);
        if (x.at(i, lane) > x.at(largest, lane)) largest = i;
      }
      const bool average = pooling == Pooling::kAverage;
      const double want = average ? sum / 4 : double{x.at(largest, lane)};
      expect("pool2d", y.at(0, lane), want);
      expect("pool2d of windows that overlap", y_overlapping.at(0, lane), want);
      for (int i = 0; i < 4; ++i) {
        const double want_dx = average ? dy.at(0, lane) / 4.0 : i == largest ? dy.at(0, lane) : 0;
        expect("pool2d's gradient", dx.at(i, lane), want_dx);
        expect("the gradient of windows that overlap", dx_overlapping.at(i, lane), want_dx);
      }
    }
  }
}

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

/// f and its derivative at x.
struct Curve {
  double value, slope;
};

Curve curve(Activation activation, double x) {
  switch (activation) {
    case Activation::kNone:
      return {x, 1};
    case Activation::kSigmoid:
      return {sigmoid(x), sigmoid(x) * (1 - sigmoid(x))};
    case Activation::kReLU:
      return {std::max(x, 0.0), x > 0 ? 1.0 : 0.0};
    case Activation::kTanh:
      return {std::tanh(x), 1 - std::tanh(x) * std::tanh(x)};
  }
  return {};
}

Curve curve(const Mapping& mapping, double x) {
  switch (mapping.kind) {
    case Mapping::Kind::kLeakyReLU:
      return {x > 0 ? x : mapping.a * x, x > 0 ? 1.0 : mapping.a};
    case Mapping::Kind::kSiLU:
      return {x * sigmoid(x), sigmoid(x) * (1 + x * (1 - sigmoid(x)))};
    case Mapping::Kind::kScaledTanh: {
      const double t = std::tanh(2 * x / 3);
      return {1.7159 * t, 1.7159 * 2 / 3 * (1 - t * t)};
    }
  }
  return {};
}

void check_functions() {
  Packs<1> x(1), y(0), dy(2), dx(0);
  for (const Activation a : {Activation::kSigmoid, Activation::kReLU, Activation::kTanh}) {
    std::copy(std::begin(x.data), std::end(x.data), y.data);
    activation_forward(a, kPack, y.data);
    std::copy(std::begin(y.data), std::end(y.data), dx.data);
    activation_backward(a, kPack, dy.data, dx.data);
    for (int lane = 0; lane < kLanesOfPack; ++lane) {
      const Curve want = curve(a, x.at(0, lane));
      expect("an activation", y.at(0, lane), want.value);
      expect("an activation's gradient", dx.at(0, lane), want.slope * dy.at(0, lane));
    }
  }
  using Kind = Mapping::Kind;
  for (const Kind kind : {Kind::kLeakyReLU, Kind::kSiLU, Kind::kScaledTanh}) {
    const Mapping mapping = {kind, 0.25f};
    mapping_forward(mapping, kPack, x.data, y.data);
    mapping_backward(mapping, kPack, x.data, dy.data, dx.data);
    for (int lane = 0; lane < kLanesOfPack; ++lane) {
      const Curve want = curve(mapping, x.at(0, lane));
      expect("a mapping", y.at(0, lane), want.value);
      expect("a mapping's gradient", dx.at(0, lane), want.slope * dy.at(0, lane));
    }
  }
}

void check_cross_entropy() {
  Packs<3> logits(1), gradient(1);
  std::uint8_t labels[kPack];
  for (int lane = 0; lane < kLanesOfPack; ++lane)
    labels[lane] = static_cast<std::uint8_t>(lane % 3);
  const Target target = {.labels = labels, .count = kPack, .smoothing = 0};
  Verdict verdict;
  cross_entropy_forward(3, logits.data, verdict);
  cross_entropy_backward(3, target, 0.5f, verdict, gradient.data);
  for (int lane = 0; lane < kLanesOfPack; ++lane) {
    double sum = 0;
    int largest = 0;
    for (int c = 0; c < 3; ++c) {
      sum += std::exp(double{logits.at(c, lane)});
      if (logits.at(c, lane) > logits.at(largest, lane)) largest = c;
    }
    expect("cross-entropy's logsumexp", verdict.logsumexp[lane], std::log(sum));
    expect("cross-entropy's class", verdict.predicted[lane], largest);
    expect("cross-entropy", cross_entropy(3, target, lane, verdict, logits.data),
           std::log(sum) - logits.at(labels[lane], lane));
    for (int c = 0; c < 3; ++c) {
      const double probability = std::exp(double{logits.at(c, lane)}) / sum;
      expect("cross-entropy's gradient", gradient.at(c, lane),
             0.5 * (probability - (c == labels[lane] ? 1 : 0)));
    }
  }
}

/// One channel of two positions.
void check_batch_norm() {
  const ChannelShape shape = {1, 2};
  Packs<2> x(1), dy(2), y(0), dx(0);
  float mean = 0, squares = 0, sum = 0, product = 0;
  channel_statistics(shape, kPack, x.data, &mean, &squares);
  const float inverse = 1.5f, scale = 0.75f, shift = 0.25f, mean_dy = 0.125f, mean_product = 0.5f;
  const ChannelScaling by = {&mean, &inverse, &scale, &shift};
  batch_norm_forward(shape, by, x.data, y.data);
  batch_norm_sums(shape, by, x.data, dy.data, &sum, &product);
  batch_norm_backward(shape, kPack, by, &mean_dy, &mean_product, x.data, dy.data, dx.data);
  const int count = 2 * kLanesOfPack;
  double want_mean = 0, want_squares = 0, want_sum = 0, want_product = 0;
  for (int i = 0; i < count; ++i) want_mean += double{x.data[i]} / count;
  for (int i = 0; i < count; ++i) {
    const double centred = x.data[i] - want_mean, delta = dy.data[i];
    want_squares += centred * centred;
    want_sum += delta;
    want_product += delta * centred * inverse;
    expect("batch norm", y.data[i], centred * scale + shift);
    expect("batch norm's gradient", dx.data[i],
           scale * (delta - mean_dy - centred * inverse * mean_product));
  }
  expect("batch norm's mean", mean, want_mean);
  expect("batch norm's squares", squares, want_squares);
  expect("batch norm's sum", sum, want_sum);
  expect("batch norm's product", product, want_product);
}

void check_dropout() {
  Packs<4> x(1), y(0);
  const RandomPlace place = {.seed = 7, .step = 5, .first_image = 3, .stage = 2};
  dropout(0.25, place, 4, x.data, y.data);
  for (int lane = 0; lane < kLanesOfPack; ++lane) {
    const auto words = philox({0, static_cast<std::uint32_t>(3 + lane), 5, 2}, {7, 0});
    int i = 0;
    for (const std::uint32_t word : words) {
      const bool dropped = word < std::uint32_t{1} << 30;  // a quarter of all words
      expect("dropout", y.at(i, lane), dropped ? 0 : x.at(i, lane) / 0.75);
      ++i;
    }
  }
}

void check_gather() {
  std::uint8_t bytes[kPack][5];
  const std::uint8_t* images[kPack];
  for (int lane = 0; lane < kLanesOfPack; ++lane) {
    for (int i = 0; i < 5; ++i) bytes[lane][i] = static_cast<std::uint8_t>(lane * 16 + i * 3);
    images[lane] = bytes[lane];
  }
  Packs<5> x(0);
  Packs<6> turned(0);
  gather_images(images, 5, x.data);
  transpose(5, kPack, {x.data, kPack}, {turned.data, 5});
  Packs<1> one(0);
  image_scale(bytes[15], 5, one.data);
  for (int lane = 0; lane < kLanesOfPack; ++lane) {
    for (int i = 0; i < 5; ++i) {
      expect("gathering", x.at(i, lane), bytes[lane][i] / 255.0);
      expect("transposing", turned.data[lane * 5 + i], x.at(i, lane));
    }
  }
  for (int i = 0; i < 5; ++i) expect("scaling an image", one.data[i], bytes[15][i] / 255.0);
}

/// One image through the kernels of check_conv2d() and the others.
void check_image() {
  Packs<2> x(1), y(0), weight(2), cto(0), bias(3), pooled(0), outputs(0);
  for (int w = 0; w < 16; ++w) cto.data[w % 8 * 2 + w / 8] = weight.data[w];
  alignas(64) float scratch[1024];
  if (image_conv2d_scratch(kConv) > std::ssize(scratch)) {
    throw Error(ErrorKind::kFailed, "self-check: a convolution of one image wants more memory");
  }
  image_conv2d(kConv, cto.data, bias.data, x.data, y.data, scratch);
  double want[8];
  for (int i = 0; i < 8; ++i) want[i] = bias.data[i / 4];
  each_product([&](int out, int in, int w) { want[out] += double{weight.data[w]} * x.data[in]; });
  for (int i = 0; i < 8; ++i) expect("conv2d of one image", y.data[i], want[i]);

  image_pool2d({1, 2, 2, 1, 1, 2, 2, 2, 2, 0, 0}, Pooling::kAverage, x.data, pooled.data);
  expect("pool2d of one image", pooled.data[0],
         (double{x.data[0]} + x.data[1] + x.data[2] + x.data[3]) / 4);

  image_linear(3, 5, cto.data, bias.data, x.data, outputs.data);
  for (int o = 0; o < 5; ++o) {
    double sum = bias.data[o];
    for (int i = 0; i < 3; ++i) sum += double{cto.data[i * 5 + o]} * x.data[i];
    expect("linear of one image", outputs.data[o], sum);
  }
}

}  // namespace

void self_check() {
  static std::atomic<std::int64_t> checked = 0;  // targets, a bit each
  const std::int64_t target = running_target();
  if ((checked.load(std::memory_order_relaxed) & target) != 0) return;
  check_gather();
  check_conv2d();
  check_linear();
  check_pool2d();
  check_functions();
  check_cross_entropy();
  check_batch_norm();
  check_dropout();
  check_image();
  checked.fetch_or(target, std::memory_order_relaxed);
}

}  // namespace lenet::kernels
