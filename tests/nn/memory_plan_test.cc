#include "nn/memory_plan.h"

#include <gtest/gtest.h>

#include <random>

namespace lenet {
namespace {

TEST(MemoryPlan, OfAChainNeedsItsLargestNeighbours) {
  EXPECT_EQ(plan_memory({{10, 0, 1}, {40, 1, 2}, {20, 2, 3}, {30, 3, 4}}).size, 60);
}

TEST(MemoryPlan, KeepsWhatIsInUseAtTheSameTimeApart) {
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    std::vector<Lifetime> values;
    for (int i = 0; i < 12; ++i) {
      const std::int64_t first = random() % 10;
      values.push_back({static_cast<std::int64_t>(random() % 5), first,
                        first + static_cast<std::int64_t>(random() % 4)});
    }
    const MemoryPlan plan = plan_memory(values);
    for (std::size_t i = 0; i < values.size(); ++i) {
      EXPECT_GE(plan.offsets[i], 0);
      EXPECT_LE(plan.offsets[i] + values[i].size, plan.size);
      for (std::size_t k = 0; k < i; ++k) {
        const bool together =
            values[i].first <= values[k].last && values[k].first <= values[i].last;
        const bool apart = plan.offsets[i] + values[i].size <= plan.offsets[k] ||
                           plan.offsets[k] + values[k].size <= plan.offsets[i];
        EXPECT_TRUE(apart || !together) << i << " and " << k;
      }
    }
  }
}

// ResNet-8 of MLPerf Tiny in bytes: three maps of 16x32x32 are in use where the first sum is made.
TEST(MemoryPlan, OfAResidualBlockNeedsThreeMaps) {
  constexpr std::int64_t kMap = 16 * 32 * 32;
  const std::vector<Lifetime> values = {{3 * 32 * 32, 0, 1}, {kMap, 1, 4}, {kMap, 2, 3},
                                        {kMap, 3, 4},        {kMap, 4, 5}, {kMap / 2, 5, 6}};
  EXPECT_EQ(plan_memory(values).size, 3 * kMap);
}

TEST(MemoryPlan, OfNothingIsEmpty) { EXPECT_EQ(plan_memory({}).size, 0); }

}  // namespace
}  // namespace lenet
