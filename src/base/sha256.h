#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace lenet {

/// The SHA-256 of `bytes`, in 64 lower-case hexadecimal digits.
std::string sha256(std::span<const std::uint8_t> bytes);

/// That of a file of at most 4 GB. Throws Error (kIo, kBadInput).
std::string sha256_of_file(const std::filesystem::path& path);

}  // namespace lenet
