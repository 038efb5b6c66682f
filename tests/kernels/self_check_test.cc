// The look at the kernels before they are trusted, and the instruction set that it looks at.
#include "kernels/self_check.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "kernels/targets.h"
#include "lenet/simd.h"

namespace lenet {
namespace {

TEST(SelfCheck, PassesOnEveryTarget) {
  for (const std::int64_t target : kernel_targets()) {
    const ForcedTarget forced(target);
    EXPECT_NO_THROW(kernels::self_check()) << simd_target();
  }
}

TEST(SimdTarget, OfTheProgramIsAmongThoseThatTheKernelsAreTestedOn) {
  const std::vector<std::int64_t>& tested = kernels::available_targets();
  const std::int64_t running = kernels::running_target();
  EXPECT_NE(std::ranges::find(tested, running), tested.end()) << simd_target();
  EXPECT_EQ(running, tested.front());
}

TEST(SimdTarget, IsNamedAsTheKernelsSay) {
  for (const std::int64_t target : kernels::available_targets()) {
    const ForcedTarget forced(target);
    EXPECT_EQ(kernels::running_target(), target);
    EXPECT_EQ(simd_target(), kernels::target_name(target));
  }
}

TEST(SimdTarget, ListHoldsTheWholeClassesOfThisMachine) {
  const std::vector<std::string> names = simd_targets();
  const auto has = [&](const char* name) { return std::ranges::find(names, name) != names.end(); };
#if HWY_ARCH_X86
  EXPECT_TRUE(has("ssse3"));
  EXPECT_EQ(has("avx2"), __builtin_cpu_supports("avx2") != 0);
  EXPECT_EQ(has("avx512"), __builtin_cpu_supports("avx512bw") != 0);
#else
  EXPECT_TRUE(std::ranges::any_of(names, [](const auto& n) { return n.starts_with("neon"); }));
#endif
}

}  // namespace
}  // namespace lenet
