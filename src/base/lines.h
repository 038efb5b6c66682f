// Text in lines.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace lenet {

/// `text` in lines of at most `width` bytes; a word that is longer has one of its own.
inline std::vector<std::string> lines_of(const std::string& text, std::size_t width) {
  std::vector<std::string> lines = {""};
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    std::string& line = lines.back();
    if (!line.empty() && line.size() + 1 + end - begin > width) {
      lines.push_back(text.substr(begin, end - begin));
    } else {
      line += (line.empty() ? "" : " ") + text.substr(begin, end - begin);
    }
    begin = end + 1;
  }
  return lines;
}

}  // namespace lenet
