#include <fmt/format.h>

#include <map>

#include "lenet/sequential.h"
#include "nn/mlperf_tiny.h"
#include "nn/modern_networks.h"

namespace lenet {
namespace {

std::string with_linear(const char* body, std::int64_t classes) {
  return fmt::format("{} Linear({})", body, classes);
}

std::string lenet_of(std::int64_t classes) {
  return with_linear(
      "Conv2d(6, 5, padding=2) Sigmoid AvgPool2d(2) Conv2d(16, 5) Sigmoid AvgPool2d(2) Flatten "
      "Linear(120) Sigmoid Linear(84) Sigmoid",
      classes);
}

std::string lenet_relu(std::int64_t classes) {
  return with_linear(
      "Conv2d(6, 5, padding=2) ReLU MaxPool2d(2) Conv2d(16, 5) ReLU MaxPool2d(2) Flatten "
      "Linear(120) ReLU Linear(84) ReLU",
      classes);
}

/// D2L 7.5.
std::string lenet_bn(std::int64_t classes) {
  return with_linear(
      "Conv2d(6, 5, padding=2) BatchNorm2d Sigmoid AvgPool2d(2) Conv2d(16, 5) BatchNorm2d Sigmoid "
      "AvgPool2d(2) Flatten Linear(120) BatchNorm1d Sigmoid Linear(84) BatchNorm1d Sigmoid",
      classes);
}

/// LeCun 1998.
std::string lenet5(std::int64_t classes) {
  return with_linear(
      "Conv2d(6, 5, padding=2) ScaledTanh AvgPool2d(2) Affine2d ScaledTanh LeNet5C3 ScaledTanh "
      "AvgPool2d(2) Affine2d ScaledTanh Conv2d(120, 5) ScaledTanh Flatten Linear(84) ScaledTanh",
      classes);
}

/// The most accurate on Fashion-MNIST that we know with as many parameters as LeNet.
std::string best(std::int64_t classes) {
  return with_linear(
      "Conv2d(16, 3, padding=1, bias=False) BatchNorm2d ReLU "
      "Conv2d(16, 3, padding=1, bias=False) BatchNorm2d ReLU MaxPool2d(2) "
      "Conv2d(32, 3, padding=1, bias=False) BatchNorm2d ReLU "
      "Conv2d(32, 3, padding=1, bias=False) BatchNorm2d ReLU "
      "Conv2d(32, 3, padding=1, bias=False) BatchNorm2d ReLU MaxPool2d(2) "
      "Conv2d(48, 3, padding=1, bias=False) BatchNorm2d ReLU "
      "Conv2d(48, 3, padding=1, bias=False) BatchNorm2d ReLU "
      "AdaptiveAvgPool2d(1) Flatten",
      classes);
}

/// One convolution.
std::string fast(std::int64_t classes) {
  return with_linear("Conv2d(6, 5, padding=2) ReLU MaxPool2d(2) Flatten Linear(64) ReLU", classes);
}

/// Few channels where the images are large, many where they are small.
std::string good(std::int64_t classes) {
  return with_linear(
      "Conv2d(16, 3, padding=1, bias=False) BatchNorm2d ReLU MaxPool2d(2) "
      "Conv2d(32, 3, padding=1, bias=False) BatchNorm2d ReLU "
      "Conv2d(40, 3, padding=1, bias=False) BatchNorm2d ReLU MaxPool2d(2) "
      "Conv2d(80, 3, padding=1, bias=False) BatchNorm2d ReLU Flatten",
      classes);
}

using Text = std::string (*)(std::int64_t classes);

const std::map<std::string, Text, std::less<>>& texts() {
  static const std::map<std::string, Text, std::less<>> all = {{"lenet", lenet_of},
                                                               {"lenet-relu", lenet_relu},
                                                               {"lenet-bn", lenet_bn},
                                                               {"lenet5", lenet5},
                                                               {"fast", fast},
                                                               {"good", good},
                                                               {"best", best},
                                                               {"alexnet", alexnet},
                                                               {"vgg", vgg},
                                                               {"nin", nin},
                                                               {"googlenet", googlenet},
                                                               {"resnet18", resnet18},
                                                               {"densenet", densenet},
                                                               {"alexnet-28", alexnet_28},
                                                               {"vgg-28", vgg_28},
                                                               {"nin-28", nin_28},
                                                               {"googlenet-28", googlenet_28},
                                                               {"resnet18-28", resnet18_28},
                                                               {"densenet-28", densenet_28},
                                                               {"resnet8", resnet8},
                                                               {"ds-cnn", ds_cnn},
                                                               {"mobilenet-025", mobilenet_025},
                                                               {"autoencoder", autoencoder}};
  return all;
}

}  // namespace

Sequential make_lenet() { return Sequential::parse(lenet_of(10)); }

std::optional<Sequential> make_preset(std::string_view name, std::int64_t classes) {
  const auto found = texts().find(name);
  if (found == texts().end()) return std::nullopt;
  return Sequential::parse(found->second(classes));
}

std::vector<std::string> preset_names() {
  std::vector<std::string> names;
  for (const auto& [name, text] : texts()) names.push_back(name);
  return names;
}

}  // namespace lenet
