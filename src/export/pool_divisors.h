// What the means of a pooling's windows divide by.
#pragma once

#include <vector>

#include "base/pool_formula.h"

namespace lenet {

/// Of the windows of one axis.
struct PoolDivisors {
  std::vector<int> values;     ///< each divisor once
  std::vector<int> of_window;  ///< its place among them
};

PoolDivisors divisors_of(const PoolAxis& axis);

/// Whether all windows are of the kernel's size and divide by it.
bool is_uniform(const Pool2dShape& shape);

/// Elements that the largest window holds.
std::int64_t largest_window(const Pool2dShape& shape);

}  // namespace lenet
