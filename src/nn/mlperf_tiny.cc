#include "nn/mlperf_tiny.h"

#include <fmt/format.h>

#include <utility>

#include "nn/modern_networks.h"

namespace lenet {
namespace {

constexpr const char* kNorm = "BatchNorm2d(eps=0.001) ";

/// A depthwise convolution of 3x3 and one of 1x1.
std::string separable(int in, int out, int stride) {
  const char* slide = stride == 2 ? "stride=2" : "padding=1";
  return fmt::format("{0}Conv2d({1}, 3, {2}, groups={1}) {3}ReLU Conv2d({4}, 1) {3}ReLU ",
                     stride == 2 ? "ZeroPad2d((0, 1, 0, 1)) " : "", in, slide, kNorm, out);
}

/// Two convolutions of 3x3 beside one of 1x1, to half the height and width.
std::string halving(int channels) {
  return fmt::format(
      "Sum[ ZeroPad2d((0, 1, 0, 1)) Conv2d({0}, 3, stride=2) {1}ReLU Conv2d({0}, 3, padding=1) {1}"
      "| Conv2d({0}, 1, stride=2) ] ReLU ",
      channels, kNorm);
}

}  // namespace

std::string resnet8(std::int64_t classes) {
  return fmt::format(
      "Conv2d(16, 3, padding=1) {0}ReLU Residual[ Conv2d(16, 3, padding=1) {0}ReLU "
      "Conv2d(16, 3, padding=1) {0}] ReLU {1}{2}{3}",
      kNorm, halving(32), halving(64), mean_and_linear(classes));
}

std::string ds_cnn(std::int64_t classes) {
  std::string text = fmt::format(
      "ZeroPad2d((1, 1, 4, 5)) Conv2d(64, (10, 4), stride=2) {}ReLU Dropout(0.2) ", kNorm);
  for (int i = 0; i < 4; ++i) text += separable(64, 64, 1);
  return text + "Dropout(0.4) " + mean_and_linear(classes);
}

std::string mobilenet_025(std::int64_t classes) {
  std::string text = fmt::format("ZeroPad2d((0, 1, 0, 1)) Conv2d(8, 3, stride=2) {}ReLU ", kNorm);
  int in = 8;
  const auto add = [&](int out, int stride) {
    text += separable(in, out, stride);
    in = out;
  };
  for (const auto& [out, stride] :
       {std::pair{16, 1}, {32, 2}, {32, 1}, {64, 2}, {64, 1}, {128, 2}}) {
    add(out, stride);
  }
  for (int i = 0; i < 5; ++i) add(128, 1);
  add(256, 2);
  add(256, 1);
  return text + mean_and_linear(classes);
}

std::string autoencoder(std::int64_t outputs) {
  std::string text = "Flatten ";
  for (const int width : {128, 128, 128, 128, 8, 128, 128, 128, 128}) {
    text += fmt::format("Linear({}) BatchNorm1d(eps=0.001) ReLU ", width);
  }
  return text + fmt::format("Linear({})", outputs);
}

}  // namespace lenet
