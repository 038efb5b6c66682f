// The instruction sets of the kernels as Highway numbers them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace lenet::kernels {

/// Those that the kernels are compiled for and this machine has, best first.
const std::vector<std::int64_t>& available_targets();

/// The one that a kernel runs on now, told by a kernel.
std::int64_t running_target();

/// "avx512", "avx2", "ssse3", "neon"; any other as Highway calls it, in small letters.
std::string target_name(std::int64_t target);

}  // namespace lenet::kernels
