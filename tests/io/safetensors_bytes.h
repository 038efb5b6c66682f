// Safetensors files put together by hand.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "lenet/error.h"
#include "lenet/safetensors.h"

namespace lenet {

/// The low `count` bytes of `value`, lowest first.
inline std::string little_endian(std::uint64_t value, int count) {
  std::string bytes;
  for (int i = 0; i < count; ++i) bytes += static_cast<char>(value >> 8 * i & 0xFF);
  return bytes;
}

/// A file with this header and `data` behind it.
inline std::string file_of(const std::string& header, const std::string& data = "") {
  return little_endian(header.size(), 8) + header + data;
}

/// The message with which a file is refused; fails the test if it is read or of another kind.
inline std::string refusal_of(const std::string& bytes, const std::string& source = "some/file") {
  try {
    parse_safetensors(bytes, source);
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::kBadInput) << e.what();
    return e.what();
  }
  ADD_FAILURE() << "read without an error";
  return "";
}

}  // namespace lenet
