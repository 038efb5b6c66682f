// Layers of the user: classes of their own, and classes that derive from one of the library, which
// say nothing of themselves.
#pragma once

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

}  // namespace lenet
