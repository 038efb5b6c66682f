#include "export/pool_divisors.h"

#include <algorithm>

namespace lenet {
namespace {

bool is_uniform(const PoolAxis& axis) {
  return !axis.adaptive() && divisors_of(axis).values == std::vector<int>{axis.kernel};
}

std::int64_t largest_window(const PoolAxis& axis) {
  int most = 0;
  for (int o = 0; o < axis.out; ++o) most = std::max(most, axis.window(o).size());
  return most;
}

}  // namespace

PoolDivisors divisors_of(const PoolAxis& axis) {
  PoolDivisors divisors;
  for (int o = 0; o < axis.out; ++o) {
    const auto found = std::ranges::find(divisors.values, axis.divisor(o));
    divisors.of_window.push_back(static_cast<int>(found - divisors.values.begin()));
    if (found == divisors.values.end()) divisors.values.push_back(axis.divisor(o));
  }
  return divisors;
}

bool is_uniform(const Pool2dShape& shape) {
  return is_uniform(shape.height) && is_uniform(shape.width);
}

std::int64_t largest_window(const Pool2dShape& shape) {
  return largest_window(shape.height) * largest_window(shape.width);
}

}  // namespace lenet
