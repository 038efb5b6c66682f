// Functions of one number in C.
#pragma once

#include <vector>

#include "export/c_functions.h"

namespace lenet {

/// Of all that are not the identity, each on some floats in place.
std::vector<CFunction> elementwise_functions();

}  // namespace lenet
