#include "nn/modern_networks.h"

#include <fmt/format.h>

namespace lenet {
namespace {

/// What AlexNet and VGG end with.
std::string two_hidden_layers(std::int64_t classes) {
  return fmt::format(
      "Flatten Linear(4096) ReLU Dropout(0.5) Linear(4096) ReLU Dropout(0.5) Linear({})", classes);
}

std::string vgg_block(int convolutions, int channels) {
  std::string text;
  for (int i = 0; i < convolutions; ++i) {
    text += fmt::format("Conv2d({}, 3, padding=1) ReLU ", channels);
  }
  return text + "MaxPool2d(2) ";
}

/// A convolution, and two of 1x1 that are a hidden layer at each position.
std::string nin_block(std::int64_t channels, const char* window) {
  return fmt::format("Conv2d({0}, {1}) ReLU Conv2d({0}, 1) ReLU Conv2d({0}, 1) ReLU ", channels,
                     window);
}

/// Channels that a path of an Inception block has in the middle and at its end.
struct Path {
  int middle, end;
};

std::string inception(int of_1x1, const Path& of_3x3, const Path& of_5x5, int of_pooling) {
  return fmt::format(
      "Concat[ Conv2d({}, 1) ReLU | Conv2d({}, 1) ReLU Conv2d({}, 3, padding=1) ReLU | "
      "Conv2d({}, 1) ReLU Conv2d({}, 5, padding=2) ReLU | "
      "MaxPool2d(3, stride=1, padding=1) Conv2d({}, 1) ReLU ] ",
      of_1x1, of_3x3.middle, of_3x3.end, of_5x5.middle, of_5x5.end, of_pooling);
}

/// Two blocks of two convolutions; the first takes half the height and width if it `halves`.
std::string residual_blocks(int channels, bool halves) {
  const std::string plain = fmt::format(
      "Residual[ Conv2d({0}, 3, padding=1) BatchNorm2d ReLU Conv2d({0}, 3, padding=1) "
      "BatchNorm2d ] ReLU ",
      channels);
  if (!halves) return plain + plain;
  return fmt::format(
             "Sum[ Conv2d({0}, 3, stride=2, padding=1) BatchNorm2d ReLU "
             "Conv2d({0}, 3, padding=1) BatchNorm2d | Conv2d({0}, 1, stride=2) ] ReLU ",
             channels) +
         plain;
}

std::string dense_block() {
  std::string text;
  for (int i = 0; i < 4; ++i) text += "Concat[ | BatchNorm2d ReLU Conv2d(32, 3, padding=1) ] ";
  return text;
}

/// What ResNet and DenseNet begin with.
constexpr const char* kStem =
    "Conv2d(64, 7, stride=2, padding=3) BatchNorm2d ReLU MaxPool2d(3, stride=2, padding=1) ";

constexpr const char* kHalve = "MaxPool2d(3, stride=2) ";
constexpr const char* kHalvePadded = "MaxPool2d(3, stride=2, padding=1) ";

}  // namespace

std::string mean_and_linear(std::int64_t classes) {
  return fmt::format("AdaptiveAvgPool2d(1) Flatten Linear({})", classes);
}

std::string alexnet(std::int64_t classes) {
  return fmt::format(
      "Conv2d(96, 11, stride=4, padding=1) ReLU {0}Conv2d(256, 5, padding=2) ReLU {0}"
      "Conv2d(384, 3, padding=1) ReLU Conv2d(384, 3, padding=1) ReLU "
      "Conv2d(256, 3, padding=1) ReLU {0}{1}",
      kHalve, two_hidden_layers(classes));
}

std::string vgg(std::int64_t classes) {
  return vgg_block(1, 16) + vgg_block(1, 32) + vgg_block(2, 64) + vgg_block(2, 128) +
         vgg_block(2, 128) + two_hidden_layers(classes);
}

std::string nin(std::int64_t classes) {
  return nin_block(96, "11, stride=4") + kHalve + nin_block(256, "5, padding=2") + kHalve +
         nin_block(384, "3, padding=1") + kHalve + "Dropout(0.5) " +
         nin_block(classes, "3, padding=1") + "AdaptiveAvgPool2d(1) Flatten";
}

std::string googlenet(std::int64_t classes) {
  const std::string stem = fmt::format(
      "Conv2d(64, 7, stride=2, padding=3) ReLU {0}"
      "Conv2d(64, 1) ReLU Conv2d(192, 3, padding=1) ReLU {0}",
      kHalvePadded);
  return stem + inception(64, {96, 128}, {16, 32}, 32) + inception(128, {128, 192}, {32, 96}, 64) +
         kHalvePadded + inception(192, {96, 208}, {16, 48}, 64) +
         inception(160, {112, 224}, {24, 64}, 64) + inception(128, {128, 256}, {24, 64}, 64) +
         inception(112, {144, 288}, {32, 64}, 64) + inception(256, {160, 320}, {32, 128}, 128) +
         kHalvePadded + inception(256, {160, 320}, {32, 128}, 128) +
         inception(384, {192, 384}, {48, 128}, 128) + mean_and_linear(classes);
}

std::string resnet18(std::int64_t classes) {
  return kStem + residual_blocks(64, false) + residual_blocks(128, true) +
         residual_blocks(256, true) + residual_blocks(512, true) + mean_and_linear(classes);
}

std::string densenet(std::int64_t classes) {
  std::string text = kStem;
  int channels = 64;
  for (int block = 0; block < 4; ++block) {
    if (block > 0) {
      channels /= 2;
      text += fmt::format("BatchNorm2d ReLU Conv2d({}, 1) AvgPool2d(2) ", channels);
    }
    text += dense_block();
    channels += 4 * 32;
  }
  return text + "BatchNorm2d ReLU " + mean_and_linear(classes);
}

}  // namespace lenet
