// Which layer of the library a layer is, for all that goes by what a layer is rather than calls it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "lenet/layers.h"

namespace lenet {

/// The layers of the library. Whoever asks names them all: a new one is an error of the build
/// wherever it has not been thought of.
enum class LayerKind {
  kConv2d,
  kLeNet5C3,
  kLinear,
  kAvgPool2d,
  kMaxPool2d,
  kAdaptiveAvgPool2d,
  kBatchNorm1d,
  kBatchNorm2d,
  kAffine2d,
  kDropout,
  kFlatten,
  kSigmoid,
  kReLU,
  kTanh,
  kLeakyReLU,
  kSiLU,
  kScaledTanh,
  kUser,  ///< none of the library: nobody but the layer knows what it does
};

/// Goes by the exact class: one that a user derives from Conv2d is kUser, and may do anything.
LayerKind kind_of(const Layer& layer);

/// A layer whose kind says that it is an L.
template <class L>
const L& as(const Layer& layer) {
  return static_cast<const L&>(layer);
}

/// The layer as the model text writes it; the class's name where a user's class has inherited the
/// text of the library's layer that it derives from, which it is not.
std::string text_of(const Layer& layer);

/// "Twice: a layer of your own", or "Blur: derived from Conv2d(1, 5), a layer of your own".
std::string own_layer_text(const Layer& layer);

/// What a layer says of its fast ways. A user's class that derives from a layer of the library has
/// none: what it has inherited holds for the forward() and backward() there, not for its own.
struct LayerWays {
  bool backward_in_place = false, takes_activation = false, gradient_over_batch = false;
  std::optional<std::int64_t> image_scratch = std::nullopt;
};

LayerWays ways_of(const Layer& layer);

}  // namespace lenet
