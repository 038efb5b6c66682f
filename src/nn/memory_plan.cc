#include "nn/memory_plan.h"

#include <algorithm>
#include <functional>
#include <numeric>

namespace lenet {
namespace {

bool meet(const Lifetime& a, const Lifetime& b) { return a.first <= b.last && b.first <= a.last; }

}  // namespace

MemoryPlan plan_memory(const std::vector<Lifetime>& values) {
  MemoryPlan plan{.offsets = std::vector<std::int64_t>(values.size())};
  std::vector<std::size_t> by_size(values.size()), placed;
  std::iota(by_size.begin(), by_size.end(), std::size_t{0});
  std::ranges::stable_sort(by_size, std::greater(), [&](std::size_t i) { return values[i].size; });
  for (const std::size_t i : by_size) {
    std::int64_t offset = 0;
    for (const std::size_t other : placed) {  // from the lowest place up
      if (!meet(values[i], values[other])) continue;
      if (plan.offsets[other] >= offset + values[i].size) break;
      offset = std::max(offset, plan.offsets[other] + values[other].size);
    }
    plan.offsets[i] = offset;
    plan.size = std::max(plan.size, offset + values[i].size);
    placed.insert(std::ranges::upper_bound(placed, offset, {},
                                           [&](std::size_t p) { return plan.offsets[p]; }),
                  i);
  }
  return plan;
}

}  // namespace lenet
