#include "base/sha256.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/evp.h>

#include <array>

#include "lenet/error.h"

namespace lenet {

std::string sha256(std::span<const std::uint8_t> bytes) {
  std::array<unsigned char, 32> digest;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1) {
    throw Error(ErrorKind::kFailed, "OpenSSL has no SHA-256 here; check its configuration");
  }
  return fmt::format("{:02x}", fmt::join(digest, ""));
}

}  // namespace lenet
