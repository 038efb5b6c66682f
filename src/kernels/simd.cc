#include "lenet/simd.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <hwy/highway.h>
#include <hwy/targets.h>

#include <atomic>

#include "lenet/error.h"

namespace lenet {
namespace {

std::string name_of(std::int64_t target) {
  const std::string name = hwy::TargetName(target);
  if (name == "AVX3") return "avx512";
  std::string lower;
  for (const char c : name) lower += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  return lower;
}

/// Compiled targets that the machine has; lower bits are better.
const std::vector<std::int64_t>& available() {
  static const std::vector<std::int64_t> targets = hwy::SupportedAndGeneratedTargets();
  return targets;
}

/// What use_simd_target chose, or 0.
std::atomic<std::int64_t>& forced() {
  static std::atomic<std::int64_t> target = 0;
  return target;
}

}  // namespace

std::string simd_target() { return forced() != 0 ? name_of(forced()) : simd_targets().front(); }

std::vector<std::string> simd_targets() {
  std::vector<std::string> names;
  for (const std::int64_t target : available()) names.push_back(name_of(target));
  return names;
}

void use_simd_target(std::string_view name) {
  for (const std::int64_t target : available()) {
    if (name_of(target) != name) continue;
    forced() = target;
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    return;
  }
  throw Error(ErrorKind::kUsage, fmt::format("SIMD target '{}': this machine has {}", name,
                                             fmt::join(simd_targets(), ", ")));
}

}  // namespace lenet
