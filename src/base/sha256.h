#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

struct evp_md_ctx_st;

namespace lenet {

/// A SHA-256 of bytes that come piece by piece.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  void add(std::span<const std::uint8_t> bytes);

  /// In 64 lower-case hexadecimal digits. Ends it: nothing can be added any more.
  std::string digest();

 private:
  std::unique_ptr<evp_md_ctx_st, void (*)(evp_md_ctx_st*)> context_;
};

/// The SHA-256 of `bytes`, in 64 lower-case hexadecimal digits.
std::string sha256(std::span<const std::uint8_t> bytes);

/// That of a file of at most 4 GB. Throws Error (kIo, kBadInput).
std::string sha256_of_file(const std::filesystem::path& path);

}  // namespace lenet
