// The part of the self-check for the kernels of sums of products.
#include <cstdint>
#include <iterator>

#include "kernels/conv2d.h"
#include "kernels/image.h"
#include "kernels/linear.h"
#include "kernels/self_check_parts.h"
#include "lenet/error.h"

namespace lenet::kernels {
namespace {

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

}  // namespace

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

  constexpr PoolAxis kHalf = {.in = 2, .out = 1, .kernel = 2, .stride = 2};
  image_pool2d({1, kHalf, kHalf}, Pooling::kAverage, x.data, pooled.data);
  expect("pool2d of one image", pooled.data[0],
         (double{x.data[0]} + x.data[1] + x.data[2] + x.data[3]) / 4);

  image_linear(3, 5, cto.data, bias.data, x.data, outputs.data);
  for (int o = 0; o < 5; ++o) {
    double sum = bias.data[o];
    for (int i = 0; i < 3; ++i) sum += double{cto.data[i * 5 + o]} * x.data[i];
    expect("linear of one image", outputs.data[o], sum);
  }
}

}  // namespace lenet::kernels
