// Characters of names that are shown or written.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace lenet {

/// Of ASCII's: what a terminal may act on.
inline bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < ' ' || byte == 0x7F;
}

/// A name as a terminal can show it, without what it may act on, U+0080 to U+009F included.
inline std::string printable(const std::string& text) {
  std::string shown;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool wide_control = text[i] == '\xC2' && i + 1 < text.size() &&
                              static_cast<unsigned char>(text[i + 1]) - 0x80u < 0x20u;
    shown += is_control(text[i]) || wide_control ? '?' : text[i];
    i += wide_control;
  }
  return shown;
}

/// Whether the bytes are UTF-8 (RFC 3629): no byte too many or too few, no code point in more bytes
/// than it needs, none of UTF-16's surrogates, none above U+10FFFF.
inline bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(text[k]); };
    const unsigned lead = byte(i);
    const std::size_t length = lead < 0x80   ? 1
                               : lead < 0xC2 ? 0
                               : lead < 0xE0 ? 2
                               : lead < 0xF0 ? 3
                               : lead < 0xF5 ? 4
                                             : 0;
    if (length == 0 || text.size() - i < length) return false;
    for (std::size_t k = 1; k < length; ++k) {
      if (byte(i + k) >> 6 != 2) return false;
    }
    const unsigned second = length > 2 ? byte(i + 1) : 0;
    if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F)) return false;
    if ((lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F)) return false;
    i += length;
  }
  return true;
}

/// Between single quotes, as a word of a shell's.
inline std::string shell_quoted(const std::string& text) {
  std::string inside;
  for (const char c : text) inside += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return "'" + inside + "'";
}

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// ASCII's capitals as small letters, whatever the locale.
inline char lower_case(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

inline std::string lower_case(std::string text) {
  for (char& c : text) c = lower_case(c);
  return text;
}

}  // namespace lenet
