// The images that each preset is made for.
#pragma once

#include <map>
#include <string>

#include "lenet/shape.h"

namespace lenet {

/// The chapter's, unless it is a preset for others.
inline Shape images_of(const std::string& preset) {
  static const std::map<std::string, Shape> others = {
      {"alexnet", {1, 224, 224}},  {"vgg", {1, 224, 224}},    {"nin", {1, 224, 224}},
      {"googlenet", {1, 96, 96}},  {"resnet18", {1, 96, 96}}, {"densenet", {1, 96, 96}},
      {"resnet8", {3, 32, 32}},    {"ds-cnn", {1, 49, 10}},   {"mobilenet-025", {3, 96, 96}},
      {"autoencoder", {1, 1, 640}}};
  const auto found = others.find(preset);
  return found == others.end() ? Shape{1, 28, 28} : found->second;
}

/// Of D2L's chapter 7: hundreds of times LeNet's work, or with 28x28 tens of times.
inline bool is_large(const std::string& preset) {
  return (images_of(preset)[0] == 1 && images_of(preset)[1] >= 96) || preset.ends_with("-28");
}

}  // namespace lenet
