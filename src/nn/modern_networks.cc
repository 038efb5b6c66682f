#include "nn/modern_networks.h"

#include <fmt/format.h>

namespace lenet {

std::string mean_and_linear(std::int64_t classes) {
  return fmt::format("AdaptiveAvgPool2d(1) Flatten Linear({})", classes);
}

namespace {

/// What AlexNet and VGG end with.
std::string two_hidden_layers(int width, std::int64_t classes) {
  return fmt::format(
      "Flatten Linear({0}) ReLU Dropout(0.5) Linear({0}) ReLU Dropout(0.5) Linear({1})", width,
      classes);
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

/// Four convolutions, each of which adds `growth` channels to those that it sees.
std::string dense_block(int growth) {
  std::string text;
  for (int i = 0; i < 4; ++i) {
    text += fmt::format("Concat[ | BatchNorm2d ReLU Conv2d({}, 3, padding=1) ] ", growth);
  }
  return text;
}

/// Four of them, and half the channels, height and width between two.
std::string dense_blocks(int channels, int growth, std::int64_t classes) {
  std::string text;
  for (int block = 0; block < 4; ++block) {
    if (block > 0) {
      channels /= 2;
      text += fmt::format("BatchNorm2d ReLU Conv2d({}, 1) AvgPool2d(2) ", channels);
    }
    text += dense_block(growth);
    channels += 4 * growth;
  }
  return text + "BatchNorm2d ReLU " + mean_and_linear(classes);
}

std::string residual_stages(int channels, std::int64_t classes) {
  return residual_blocks(channels, false) + residual_blocks(2 * channels, true) +
         residual_blocks(4 * channels, true) + residual_blocks(8 * channels, true) +
         mean_and_linear(classes);
}

/// What ResNet and DenseNet begin with.
constexpr const char* kStem =
    "Conv2d(64, 7, stride=2, padding=3) BatchNorm2d ReLU MaxPool2d(3, stride=2, padding=1) ";
/// The same for images of 28x28.
constexpr const char* kSmallStem =
    "Conv2d(16, 3, padding=1) BatchNorm2d ReLU MaxPool2d(3, stride=2, padding=1) ";

constexpr const char* kHalve = "MaxPool2d(3, stride=2) ";
constexpr const char* kHalvePadded = "MaxPool2d(3, stride=2, padding=1) ";

}  // namespace

std::string alexnet(std::int64_t classes) {
  return fmt::format(
      "Conv2d(96, 11, stride=4, padding=1) ReLU {0}Conv2d(256, 5, padding=2) ReLU {0}"
      "Conv2d(384, 3, padding=1) ReLU Conv2d(384, 3, padding=1) ReLU "
      "Conv2d(256, 3, padding=1) ReLU {0}{1}",
      kHalve, two_hidden_layers(4096, classes));
}

std::string vgg(std::int64_t classes) {
  return vgg_block(1, 16) + vgg_block(1, 32) + vgg_block(2, 64) + vgg_block(2, 128) +
         vgg_block(2, 128) + two_hidden_layers(4096, classes);
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

std::string resnet18(std::int64_t classes) { return kStem + residual_stages(64, classes); }

std::string densenet(std::int64_t classes) { return kStem + dense_blocks(64, 32, classes); }

std::string alexnet_28(std::int64_t classes) {
  return fmt::format(
      "Conv2d(32, 5, padding=2) ReLU {0}Conv2d(64, 5, padding=2) ReLU {0}"
      "Conv2d(96, 3, padding=1) ReLU Conv2d(96, 3, padding=1) ReLU "
      "Conv2d(64, 3, padding=1) ReLU {0}{1}",
      kHalve, two_hidden_layers(256, classes));
}

std::string vgg_28(std::int64_t classes) {
  return vgg_block(1, 24) + vgg_block(1, 48) + vgg_block(2, 96) + vgg_block(2, 96) +
         two_hidden_layers(256, classes);
}

std::string nin_28(std::int64_t classes) {
  return nin_block(48, "5, padding=2") + kHalve + nin_block(96, "3, padding=1") + kHalve +
         nin_block(128, "3, padding=1") + "Dropout(0.5) " + nin_block(classes, "3, padding=1") +
         "AdaptiveAvgPool2d(1) Flatten";
}

std::string googlenet_28(std::int64_t classes) {
  return std::string("Conv2d(32, 3, padding=1) ReLU ") + kHalvePadded +
         inception(16, {16, 32}, {4, 8}, 8) + inception(32, {24, 48}, {8, 16}, 16) + kHalvePadded +
         inception(48, {32, 64}, {8, 24}, 24) + inception(64, {48, 96}, {12, 32}, 32) +
         mean_and_linear(classes);
}

std::string resnet18_28(std::int64_t classes) { return kSmallStem + residual_stages(16, classes); }

std::string densenet_28(std::int64_t classes) { return kSmallStem + dense_blocks(16, 12, classes); }

}  // namespace lenet
