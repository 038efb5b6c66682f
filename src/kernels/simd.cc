#include "lenet/simd.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdint>

#include "base/text.h"
#include "kernels/self_check.h"
#include "kernels/simd.h"
#include "lenet/error.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/simd.cc"
#include <hwy/foreach_target.h>
// foreach_target.h comes first.
#include <hwy/highway.h>
#include <hwy/targets.h>

HWY_BEFORE_NAMESPACE();
namespace lenet::kernels::HWY_NAMESPACE {

std::int64_t RunningTarget() { return HWY_TARGET; }

}  // namespace lenet::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lenet {
namespace kernels {

HWY_EXPORT(RunningTarget);

std::int64_t running_target() { return HWY_DYNAMIC_DISPATCH(RunningTarget)(); }

const std::vector<std::int64_t>& available_targets() {
  static const std::vector<std::int64_t> targets = hwy::SupportedAndGeneratedTargets();
  return targets;
}

std::string target_name(std::int64_t target) {
  const std::string name = hwy::TargetName(target);
  if (name == "AVX3") return "avx512";
  return lower_case(name);
}

}  // namespace kernels

std::string simd_target() { return kernels::target_name(kernels::running_target()); }

std::vector<std::string> simd_targets() {
  std::vector<std::string> names;
  for (const std::int64_t target : kernels::available_targets()) {
    names.push_back(kernels::target_name(target));
  }
  return names;
}

void use_simd_target(std::string_view name) {
  for (const std::int64_t target : kernels::available_targets()) {
    if (kernels::target_name(target) != name) continue;
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    kernels::self_check();
    return;
  }
  throw Error(ErrorKind::kUsage, fmt::format("SIMD target '{}': this machine has {}", name,
                                             fmt::join(simd_targets(), ", ")));
}

}  // namespace lenet
#endif  // HWY_ONCE
