// Which of the engines' two ways computes a function of one number.
#pragma once

#include <optional>

#include "lenet/activation.h"
#include "lenet/mapping.h"
#include "lenet/operation.h"

namespace lenet {

/// The function as one whose derivative its value tells, so that it is applied in place; nothing if
/// that takes its argument.
std::optional<Activation> activation_of(const Function& function);

/// The others.
Mapping mapping_of(const Function& function);

}  // namespace lenet
