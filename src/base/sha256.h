#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace lenet {

/// A SHA-256 (FIPS 180-4) of bytes that come piece by piece.
class Sha256 {
 public:
  void add(std::span<const std::uint8_t> bytes);

  /// In 64 lower-case hexadecimal digits. Ends it: nothing can be added any more.
  std::string digest();

 private:
  std::array<std::uint32_t, 8> state_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                         0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<std::uint8_t, 64> rest_ = {};  ///< what does not fill a block yet
  std::uint64_t size_ = 0;                  ///< bytes so far
};

/// The SHA-256 of `bytes`, in 64 lower-case hexadecimal digits.
std::string sha256(std::span<const std::uint8_t> bytes);

/// That of a file of at most 4 GB. Throws Error (kIo, kBadInput).
std::string sha256_of_file(const std::filesystem::path& path);

}  // namespace lenet
