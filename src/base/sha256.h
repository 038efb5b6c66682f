#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace lenet {

/// The SHA-256 of `bytes`, in 64 lower-case hexadecimal digits.
std::string sha256(std::span<const std::uint8_t> bytes);

}  // namespace lenet
