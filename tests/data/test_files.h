// Files for the tests of this folder, made from sizes and bytes.
#pragma once

#include <gtest/gtest.h>
#include <libdeflate.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/errors.h"
#include "base/file.h"

namespace lenet {

/// A folder of its own for each test, gone afterwards.
class TestFolder : public testing::Test {
 protected:
  TestFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "lenet_data_XXXXXX").string();
    if (!mkdtemp(name.data())) throw std::runtime_error("cannot create " + name);
    dir_ = name;
  }
  ~TestFolder() override { std::filesystem::remove_all(dir_); }

  std::filesystem::path dir_;
};

/// Sets an environment variable, or unsets it, until the end of the scope.
class ScopedEnv {
 public:
  ScopedEnv(const char* name, const std::optional<std::string>& value) : name_(name) {
    if (const char* old = std::getenv(name)) old_ = old;
    assign(value);
  }
  ~ScopedEnv() { assign(old_); }
  ScopedEnv(const ScopedEnv&) = delete;
  ScopedEnv& operator=(const ScopedEnv&) = delete;

 private:
  void assign(const std::optional<std::string>& value) {
    value ? setenv(name_, value->c_str(), 1) : unsetenv(name_);
  }

  const char* name_;
  std::optional<std::string> old_;
};

/// `magic` and `sizes`, four bytes each, big-endian, then `payload`.
inline std::string idx_bytes(std::uint32_t magic, const std::vector<std::uint32_t>& sizes,
                             const std::string& payload) {
  std::string bytes;
  const auto append = [&](std::uint32_t word) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(word >> shift);
  };
  append(magic);
  for (const std::uint32_t size : sizes) append(size);
  return bytes + payload;
}

inline std::string image_file(std::uint32_t count, std::uint32_t height, std::uint32_t width,
                              const std::string& pixels) {
  return idx_bytes(0x00000803, {count, height, width}, pixels);
}

inline std::string label_file(const std::string& labels) {
  return idx_bytes(0x00000801, {static_cast<std::uint32_t>(labels.size())}, labels);
}

/// Bytes without a pattern, which do not compress.
inline std::string noise(std::size_t count) {
  std::string bytes;
  std::uint32_t state = 1;
  for (std::size_t i = 0; i < count; ++i) {
    state = state * 1664525u + 1013904223u;  // Numerical Recipes
    bytes += static_cast<char>(state >> 24);
  }
  return bytes;
}

/// One gzip member; level 0 stores.
inline std::string gzip(const std::string& bytes, int level = 6) {
  libdeflate_compressor* const compressor = libdeflate_alloc_compressor(level);
  std::string out(libdeflate_gzip_compress_bound(compressor, bytes.size()), '\0');
  out.resize(
      libdeflate_gzip_compress(compressor, bytes.data(), bytes.size(), out.data(), out.size()));
  libdeflate_free_compressor(compressor);
  return out;
}

}  // namespace lenet
