// Numbers as text.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace lenet {

/// The number that all of `text` is, whatever the locale; nothing if it is none or out of range.
template <class Number>
std::optional<Number> number_in(std::string_view text) {
  Number value = {};
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, value);
  if (error != std::errc() || end != last) return std::nullopt;
  return value;
}

}  // namespace lenet
