// Poolings in exported C whose windows are lists of spans.
#pragma once

#include <vector>

#include "export/c_functions.h"

namespace lenet {

/// Of windows that are not of one size, or whose means do not divide by it.
std::vector<CFunction> float_span_poolings();
std::vector<CFunction> int8_span_poolings();

}  // namespace lenet
