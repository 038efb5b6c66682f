// Bytes of images made by hand, and what a decoder says of broken ones.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "base/errors.h"
#include "lenet/image.h"

namespace lenet {

using Pixels = std::vector<std::uint8_t>;

/// Unsigned numbers of two and four bytes, the least byte first.
inline std::string le16(std::uint32_t value) {
  return {static_cast<char>(value), static_cast<char>(value >> 8)};
}
inline std::string le32(std::uint32_t value) { return le16(value) + le16(value >> 16); }

inline std::string bytes(std::initializer_list<int> values) {
  std::string text;
  for (const int value : values) text += static_cast<char>(value);
  return text;
}

/// The message of the refusal.
inline std::string refusal_of(const std::string& image) {
  return error_of(ErrorKind::kBadInput, [&] { decode_image(image, "a"); });
}

}  // namespace lenet
