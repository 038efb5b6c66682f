// Poolings in exported C: windows of one size as the kernel slides, others as lists of spans.
#pragma once

#include <vector>

#include "export/c_source.h"
#include "export/int8_network.h"

namespace lenet {

/// Of windows that are not of one size, or whose means do not divide by it.
std::vector<CFunction> float_span_poolings();
std::vector<CFunction> int8_span_poolings();

/// The call of a mean of floats, of integers, and of a maximum of either.
void add_average(const InferenceNode& o, CSource& c);
void add_average(const Int8Operation& q, CSource& c);
void add_maximum(const InferenceNode& o, CSource& c);

}  // namespace lenet
