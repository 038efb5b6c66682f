// Runs the library's kernels on each instruction set that it was compiled for.
#pragma once

#include <gtest/gtest.h>
#include <hwy/highway.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace lenet {

/// Highway targets compiled into the library (src/CMakeLists.txt) that this machine can run, or of
/// those the ones with fused multiply-add, whose results have the same bits.
inline std::vector<std::int64_t> kernel_targets() {
  std::vector<std::int64_t> targets;
#if HWY_ARCH_X86
  for (const std::int64_t target : {HWY_AVX3, HWY_AVX2, HWY_SSSE3}) {
    if (hwy::SupportedTargets() & target) targets.push_back(target);
  }
#else
  targets.push_back(HWY_STATIC_TARGET);
#endif
  return targets;
}

inline bool has_fma(std::int64_t target) {
#if HWY_ARCH_X86
  return target != HWY_SSSE3;
#else
  return target == HWY_STATIC_TARGET;
#endif
}

inline std::vector<std::int64_t> fma_targets() {
  std::vector<std::int64_t> targets = kernel_targets();
  std::erase_if(targets, [](std::int64_t target) { return !has_fma(target); });
  return targets;
}

/// Every kernel runs on `target` until the end of the scope.
class ForcedTarget {
 public:
  explicit ForcedTarget(std::int64_t target) {
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
  ~ForcedTarget() {
    hwy::SetSupportedTargetsForTest(0);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
  ForcedTarget(const ForcedTarget&) = delete;
  ForcedTarget& operator=(const ForcedTarget&) = delete;
};

/// The results of run() by target, in the order of kernel_targets(). Fails unless all targets with
/// FMA give the same bits.
template <class F>
std::vector<std::vector<float>> run_on_every_target(F run) {
  std::vector<std::vector<float>> results;
  const std::vector<float>* first_fma = nullptr;
  const std::vector<std::int64_t> targets = kernel_targets();
  results.reserve(targets.size());
  for (const std::int64_t target : targets) {
    const ForcedTarget forced(target);
    results.push_back(run());
    if (!has_fma(target)) continue;
    if (!first_fma) {
      first_fma = &results.back();
      continue;
    }
    EXPECT_EQ(first_fma->size(), results.back().size());
    EXPECT_EQ(
        std::memcmp(first_fma->data(), results.back().data(), first_fma->size() * sizeof(float)), 0)
        << hwy::TargetName(target) << " and " << hwy::TargetName(targets.front())
        << " differ in bits";
  }
  return results;
}

}  // namespace lenet
