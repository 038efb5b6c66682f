#include "kernels/self_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <iterator>

#include "base/function_formula.h"
#include "base/philox.h"
#include "kernels/add.h"
#include "kernels/batch_norm.h"
#include "kernels/cross_entropy.h"
#include "kernels/dropout.h"
#include "kernels/function.h"
#include "kernels/image.h"
#include "kernels/pool2d.h"
#include "kernels/self_check_parts.h"
#include "kernels/simd.h"
#include "kernels/transpose.h"
#include "lenet/error.h"

namespace lenet::kernels {

void expect(const char* kernel, double found, double want) {
  constexpr double kTolerance = 1e-5;  // a few float roundings of sums below 20
  if (std::abs(found - want) <= kTolerance * (1 + std::abs(want))) return;
  throw Error(ErrorKind::kFailed,
              fmt::format("self-check: {} gives {} on {} where {} is right: this build of lenet is "
                          "not to be trusted on this machine; another instruction set may be "
                          "(LENET_SIMD), and please report it",
                          kernel, found, target_name(running_target()), want));
}

namespace {

/// One channel of 2x2 in one window, and the same with a border of padding.
void check_pool2d() {
  for (const Pooling pooling : {Pooling::kAverage, Pooling::kMaximum}) {
    Packs<4> x(1), dx(2), dx_overlapping(3);
    Packs<1> y(4), y_overlapping(5), dy(6);
    constexpr PoolAxis kAxis = {.in = 2, .out = 1, .kernel = 2, .stride = 2};
    const Pool2dShape shape = {1, kAxis, kAxis};
    pool2d_forward_overlapping(shape, pooling, x.data, y_overlapping.data);
    pool2d_backward_overlapping(shape, pooling, x.data, dy.data, dx_overlapping.data);
    std::copy(std::begin(x.data), std::end(x.data), dx.data);
    pool2d_forward(shape, pooling, Function(), dx.data, y.data);
    pool2d_backward(shape, pooling, Function(), dy.data, dx.data);
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

void check_add() {
  Packs<2> a(1), b(2), y(0);
  add(2 * kPack, a.data, b.data, y.data);
  for (int i = 0; i < 2 * kLanesOfPack; ++i) {
    expect("adding", y.data[i], double{a.data[i]} + double{b.data[i]});
  }
}

void check_functions() {
  Packs<1> x(1), y(0), dy(2), dx(0), dx_by_value(0);
  for (const Function::Kind kind : kFunctionKinds) {
    const Function f = {kind, 0.25f};
    function_forward(f, kPack, x.data, y.data);
    function_backward(f, kPack, x.data, dy.data, dx.data);
    std::copy(std::begin(y.data), std::end(y.data), dx_by_value.data);
    if (told_by_value(f)) function_backward_by_value(f, kPack, dy.data, dx_by_value.data);
    for (int lane = 0; lane < kLanesOfPack; ++lane) {
      const double at = x.at(0, lane), want = function_derivative(f, at) * dy.at(0, lane);
      expect(name_of(kind), y.at(0, lane), function_value(f, at));
      expect("a function's gradient", dx.at(0, lane), want);
      if (!told_by_value(f)) continue;
      expect("a function's gradient by its value", dx_by_value.at(0, lane), want);
    }
  }
}

void check_cross_entropy() {
  Packs<3> logits(1), gradient(1);
  Label labels[kPack];
  for (int lane = 0; lane < kLanesOfPack; ++lane) labels[lane] = static_cast<Label>(lane % 3);
  const Target target = {.labels = labels, .count = kPack, .smoothing = 0};
  SoftmaxStatistics softmax;
  cross_entropy_forward(3, logits.data, softmax);
  cross_entropy_backward(3, target, 0.5f, softmax, gradient.data);
  for (int lane = 0; lane < kLanesOfPack; ++lane) {
    double sum = 0;
    int largest = 0;
    for (int c = 0; c < 3; ++c) {
      sum += std::exp(double{logits.at(c, lane)});
      if (logits.at(c, lane) > logits.at(largest, lane)) largest = c;
    }
    expect("cross-entropy's logsumexp", softmax.logsumexp[lane], std::log(sum));
    expect("cross-entropy's class", softmax.predicted[lane], largest);
    expect("cross-entropy", cross_entropy(3, target, lane, softmax, logits.data),
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
    const auto words = philox({{0, static_cast<std::uint32_t>(3 + lane), 5, 2}}, 7);
    int i = 0;
    for (const std::uint32_t word : words.of) {
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

}  // namespace

void self_check() {
  static std::atomic<std::int64_t> checked = 0;  // targets, a bit each
  const std::int64_t target = running_target();
  if ((checked.load(std::memory_order_relaxed) & target) != 0) return;
  check_gather();
  check_conv2d();
  check_linear();
  check_pool2d();
  check_add();
  check_functions();
  check_cross_entropy();
  check_batch_norm();
  check_dropout();
  check_image();
  checked.fetch_or(target, std::memory_order_relaxed);
}

}  // namespace lenet::kernels
