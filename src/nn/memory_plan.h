// Places in one piece of memory for values of which only some are in use at a time.
#pragma once

#include <cstdint>
#include <vector>

namespace lenet {

/// A value of so many elements, in use from one step to another, both included.
struct Lifetime {
  std::int64_t size, first, last;
};

struct MemoryPlan {
  std::vector<std::int64_t> offsets;  ///< of each value
  std::int64_t size = 0;              ///< elements of the memory
};

/// Greedy by size: the largest value first, each at the lowest place where nothing lies that is in
/// use at the same time. TensorFlow Lite Micro's planner does so; a chain of values gets what its
/// largest two neighbours need.
MemoryPlan plan_memory(const std::vector<Lifetime>& values);

}  // namespace lenet
