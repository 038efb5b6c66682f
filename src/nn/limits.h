// How large networks may be: what is larger is refused before memory is taken.
#pragma once

#include <cstdint>
#include <vector>

#include "lenet/layer.h"

namespace lenet {

inline constexpr std::int64_t kMostParameters = std::int64_t{1} << 30;   ///< 4 GiB
inline constexpr std::int64_t kMostImageValues = std::int64_t{1} << 26;  ///< 4 GiB a thread

/// Elements of all.
inline std::int64_t total_size(const std::vector<ParameterInfo>& tensors) {
  std::int64_t size = 0;
  for (const ParameterInfo& tensor : tensors) size += element_count(tensor.shape);
  return size;
}

}  // namespace lenet
