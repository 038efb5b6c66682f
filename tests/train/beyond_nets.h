// Networks and trainers with all that goes beyond the chapter.
#pragma once

#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "lenet/sequential.h"
#include "lenet/trainer.h"
#include "train/datasets.h"

namespace lenet {

/// Three normalisations, two dropouts, the three activations that keep their input.
inline constexpr const char* kBeyondNet =
    "Conv2d(5, 3, padding=1) BatchNorm2d ScaledTanh MaxPool2d(2) Conv2d(7, 3) "
    "BatchNorm2d(eps=0.001, momentum=0.3) LeakyReLU(0.1) Dropout(0.2) AdaptiveAvgPool2d(1) Flatten "
    "Linear(19) BatchNorm1d(affine=False) SiLU Dropout(0.5) Linear(4)";

/// Branches of every form, normalisations in two of them, and Dropout.
inline constexpr const char* kGraphNet =
    "Conv2d(4, 3, padding=1) BatchNorm2d ReLU MaxPool2d(2) "
    "Residual[ Conv2d(4, 3, padding=1) BatchNorm2d ReLU Conv2d(4, 3, padding=1) BatchNorm2d ] ReLU "
    "Sum[ Conv2d(6, 3, stride=2, padding=1) BatchNorm2d ReLU Conv2d(6, 1) BatchNorm2d | "
    "Conv2d(6, 1, stride=2) BatchNorm2d ] ReLU "
    "Concat[ | Conv2d(3, 1) SiLU Dropout(0.2) | MaxPool2d(3, stride=1, padding=1) ] "
    "[ AdaptiveAvgPool2d(1) Flatten ] Concat[ | Linear(5) Sigmoid ] Linear(4)";

/// Convolutions with groups, dilation and zeros on one side.
inline constexpr const char* kGroupedNet =
    "ZeroPad2d((0, 1, 0, 1)) Conv2d(6, 3, stride=2, bias=False) BatchNorm2d ReLU "
    "Residual[ Conv2d(6, 3, padding=1, groups=6, bias=False) BatchNorm2d ReLU Conv2d(6, 1) ] "
    "Conv2d(12, 2, padding='same', groups=3) Tanh Concat[ Conv2d(4, 3, padding=2, dilation=2) | "
    "ZeroPad2d(1) ReLU Conv2d(4, 3, stride=1, groups=2) ] Conv2d(8, (5, 3), stride=(1, 2), "
    "padding=2, groups=8) SiLU ZeroPad2d((1, 0, 0, 0)) AdaptiveAvgPool2d(1) Flatten Linear(4)";

inline Sequential built_beyond(const char* text = kBeyondNet, const Shape& input = {1, 10, 9}) {
  Sequential net = Sequential::parse(text);
  Generator generator(3);
  net.build(input, generator);
  return net;
}

inline const Dataset& beyond_data() {
  static const Dataset data = noise_images({1, 10, 9}, 600, 4);
  return data;
}

/// `count` indices from `first` on.
inline std::span<const std::int32_t> images_from(std::int64_t first, std::int64_t count) {
  static const std::vector<std::int32_t> all = [] {
    std::vector<std::int32_t> indices(4096);
    std::iota(indices.begin(), indices.end(), 0);
    return indices;
  }();
  return std::span(all).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count));
}

inline Trainer::Options beyond_options(const Optimizer& optimizer, int threads = 2) {
  return {.batch_size = 100,
          .threads = threads,
          .optimizer = optimizer,
          .label_smoothing = 0.1,
          .clip_norm = 0.5,
          .ema_decay = 0.99,
          .seed = 17};
}

inline constexpr Optimizer kNesterov{.weight_decay = 5e-4, .momentum = 0.9, .nesterov = true};
inline constexpr Optimizer kAdamW{.kind = Optimizer::Kind::kAdamW, .weight_decay = 0.01};

/// All that training leaves in a network: parameters, buffers, and the averages of both.
inline std::vector<float> trained_values(Sequential& net, Trainer& trainer) {
  std::vector<float> values;
  const auto add = [&] {
    values.insert(values.end(), net.parameters().begin(), net.parameters().end());
    values.insert(values.end(), net.buffers().begin(), net.buffers().end());
  };
  add();
  trainer.swap_averages();
  add();
  trainer.swap_averages();
  return values;
}

}  // namespace lenet
