// How far two tensors are apart.
#pragma once

#include <cmath>
#include <cstddef>
#include <iterator>
#include <limits>

namespace lenet {

/// The norm of got - want as a share of the norm of want; infinite if their sizes differ.
template <class Got, class Want>
double relative_distance(const Got& got, const Want& want) {
  if (std::size(got) != std::size(want)) return std::numeric_limits<double>::infinity();
  double distance = 0, norm = 0;
  for (std::size_t i = 0; i < std::size(want); ++i) {
    const double g = got[i], w = want[i];
    distance += (g - w) * (g - w);
    norm += w * w;
  }
  return distance == 0 ? 0 : std::sqrt(distance / norm);
}

}  // namespace lenet
