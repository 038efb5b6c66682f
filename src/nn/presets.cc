#include <fmt/format.h>

#include <map>
#include <utility>

#include "lenet/sequential.h"

namespace lenet {
namespace {

/// What every preset ends with, for ten classes.
constexpr const char* kHead = "Linear(10)";

// Networks of MLPerf Tiny (mlcommons/tiny), with Keras's eps. Where windows move by 2, TensorFlow
// has more padding behind.

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

std::string resnet8() {
  return fmt::format(
      "Conv2d(16, 3, padding=1) {0}ReLU Residual[ Conv2d(16, 3, padding=1) {0}ReLU "
      "Conv2d(16, 3, padding=1) {0}] ReLU {1}{2}AdaptiveAvgPool2d(1) Flatten Linear(10)",
      kNorm, halving(32), halving(64));
}

/// Of spectra of 49x10.
std::string ds_cnn() {
  std::string text = fmt::format(
      "ZeroPad2d((1, 1, 4, 5)) Conv2d(64, (10, 4), stride=2) {}ReLU Dropout(0.2) ", kNorm);
  for (int i = 0; i < 4; ++i) text += separable(64, 64, 1);
  return text + "Dropout(0.4) AdaptiveAvgPool2d(1) Flatten Linear(10)";
}

/// MobileNet v1 of a quarter of the width.
std::string mobilenet_025() {
  std::string text = fmt::format("ZeroPad2d((0, 1, 0, 1)) Conv2d(8, 3, stride=2) {}ReLU ", kNorm);
  int in = 8;
  for (const auto& [out, stride] : {std::pair{16, 1},
                                    {32, 2},
                                    {32, 1},
                                    {64, 2},
                                    {64, 1},
                                    {128, 2},
                                    {128, 1},
                                    {128, 1},
                                    {128, 1},
                                    {128, 1},
                                    {128, 1},
                                    {256, 2},
                                    {256, 1}}) {
    text += separable(in, out, stride);
    in = out;
  }
  return text + "AdaptiveAvgPool2d(1) Flatten Linear(10)";
}

const std::map<std::string, std::string, std::less<>>& texts() {
  static const std::map<std::string, std::string, std::less<>> all = {
      {"lenet", make_lenet().text()},
      {"lenet-relu",
       "Conv2d(6, 5, padding=2) ReLU MaxPool2d(2) Conv2d(16, 5) ReLU MaxPool2d(2) Flatten "
       "Linear(120) ReLU Linear(84) ReLU Linear(10)"},
      {"lenet5",
       "Conv2d(6, 5, padding=2) ScaledTanh AvgPool2d(2) Affine2d ScaledTanh LeNet5C3 ScaledTanh "
       "AvgPool2d(2) Affine2d ScaledTanh Conv2d(120, 5) ScaledTanh Flatten Linear(84) ScaledTanh "
       "Linear(10)"},
      {"best",
       "Conv2d(16, 3, padding=1, bias=False) BatchNorm2d ReLU "
       "Conv2d(16, 3, padding=1, bias=False) BatchNorm2d ReLU MaxPool2d(2) "
       "Conv2d(32, 3, padding=1, bias=False) BatchNorm2d ReLU "
       "Conv2d(32, 3, padding=1, bias=False) BatchNorm2d ReLU "
       "Conv2d(32, 3, padding=1, bias=False) BatchNorm2d ReLU MaxPool2d(2) "
       "Conv2d(48, 3, padding=1, bias=False) BatchNorm2d ReLU "
       "Conv2d(48, 3, padding=1, bias=False) BatchNorm2d ReLU "
       "AdaptiveAvgPool2d(1) Flatten Linear(10)"},
      {"lenet-bn",
       "Conv2d(6, 5, padding=2) BatchNorm2d Sigmoid AvgPool2d(2) Conv2d(16, 5) BatchNorm2d Sigmoid "
       "AvgPool2d(2) Flatten Linear(120) BatchNorm1d Sigmoid Linear(84) BatchNorm1d Sigmoid "
       "Linear(10)"},
      {"resnet8", resnet8()},
      {"ds-cnn", ds_cnn()},
      {"mobilenet-025", mobilenet_025()}};
  return all;
}

}  // namespace

std::optional<Sequential> make_preset(std::string_view name, std::int64_t classes) {
  const auto found = texts().find(name);
  if (found == texts().end()) return std::nullopt;
  const std::string& text = found->second;
  const auto body = text.substr(0, text.size() - std::string_view(kHead).size());
  return Sequential::parse(fmt::format("{}Linear({})", body, classes));
}

std::vector<std::string> preset_names() {
  std::vector<std::string> names;
  for (const auto& [name, text] : texts()) names.push_back(name);
  return names;
}

}  // namespace lenet
