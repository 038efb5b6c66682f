// The instruction set that the kernels use.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lenet/export.h"

namespace LENET_PUBLIC lenet {

/// The instruction set in use: "avx512", "avx2", "ssse3" or "neon". At first the best that the
/// machine has.
std::string simd_target();

/// Those that this machine has and lenet was compiled for, best first. All of them with FMA give
/// the same bits.
std::vector<std::string> simd_targets();

/// Uses the named instruction set from here on, in all threads; not to be called while a network
/// runs. Throws Error (kUsage) for one that is not in simd_targets().
void use_simd_target(std::string_view name);

}  // namespace lenet
