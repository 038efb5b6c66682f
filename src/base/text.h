// Characters of names that are shown or written.
#pragma once

#include <algorithm>
#include <string>

namespace lenet {

/// Of ASCII's: what a terminal may act on.
inline bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < ' ' || byte == 0x7F;
}

/// A name as a terminal can show it.
inline std::string printable(std::string text) {
  std::ranges::replace_if(text, is_control, '?');
  return text;
}

/// With ASCII's capitals as small letters.
inline std::string lower_case(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

}  // namespace lenet
