// Runs the library's kernels on each instruction set that it was compiled for.
#pragma once

#include <gtest/gtest.h>
#include <hwy/highway.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "kernels/simd.h"

namespace lenet {

/// No target: the library picks one, as it does in a program.
inline constexpr std::int64_t kOwnChoice = 0;

/// The library's own choice, then each target that it was compiled for and this machine can run.
inline std::vector<std::int64_t> kernel_targets() {
  std::vector<std::int64_t> targets = kernels::available_targets();
  targets.insert(targets.begin(), kOwnChoice);
  return targets;
}

/// Targets with fused multiply-add have results with the same bits.
inline bool has_fma(std::int64_t target) {
#if HWY_ARCH_X86
  return (target == kOwnChoice ? kernels::available_targets().front() : target) <= HWY_AVX2;
#else
  return true;
#endif
}

inline std::vector<std::int64_t> fma_targets() {
  std::vector<std::int64_t> targets = kernel_targets();
  std::erase_if(targets, [](std::int64_t target) { return !has_fma(target); });
  return targets;
}

/// Every kernel runs on `target`, or on the library's own choice, until the end of the scope.
class ForcedTarget {
 public:
  explicit ForcedTarget(std::int64_t target) {
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
  ~ForcedTarget() {
    hwy::SetSupportedTargetsForTest(kOwnChoice);
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
