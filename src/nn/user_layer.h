// Layers of the user: classes of their own, and classes that derive from one of the library, which
// say nothing of themselves.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <typeinfo>

#include "lenet/layer.h"

namespace lenet {

/// What a layer does whose class can be derived from: a UserOp, if the layer is of a derived one.
template <class L>
Operation exactly(const L& layer, const Operation& operation) {
  return typeid(layer) == typeid(L) ? operation : UserOp();
}

/// Whether nobody but the layer knows what it does.
bool is_user_layer(const Layer& layer);

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
