// Functions of one number in C.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "export/c_functions.h"
#include "lenet/function.h"

namespace lenet {

/// Of a function that is not the identity, on each of some floats in place; the arguments are those
/// behind the count.
CCall c_call_of(const Function& function);

/// The definitions of all of them.
std::vector<CFunction> elementwise_functions();

}  // namespace lenet
