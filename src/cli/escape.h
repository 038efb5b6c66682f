// Text that another language reads.
#pragma once

#include <string>

namespace lenet::cli {

/// `text` with each of `special` put behind a backslash.
inline std::string escaped(const std::string& text, const std::string& special) {
  std::string result;
  for (const char c : text) {
    if (special.find(c) != std::string::npos) result += '\\';
    result += c;
  }
  return result;
}

}  // namespace lenet::cli
