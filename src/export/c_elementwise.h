// Functions of one number in C.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "export/c_functions.h"
#include "lenet/function.h"

namespace lenet {

/// A call of a function of C on each of some floats, in place.
struct CCall {
  std::string_view name;
  std::string arguments;  ///< behind the count
};

/// Of a function that is not the identity.
CCall c_call_of(const Function& function);

/// The definitions of all of them.
std::vector<CFunction> elementwise_functions();

}  // namespace lenet
