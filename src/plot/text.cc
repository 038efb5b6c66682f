#include "plot/text.h"

namespace lenet {
namespace {

bool starts_code_point(char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }

}  // namespace

int terminal_width(std::string_view utf8) {
  int columns = 0;
  bool escape = false;
  for (const char c : utf8) {
    if (c == '\x1b') escape = true;
    if (!escape && starts_code_point(c)) ++columns;
    if (c == 'm') escape = false;
  }
  return columns;
}

std::string_view cut_to_width(std::string_view utf8, int columns) {
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    if (starts_code_point(utf8[i]) && columns-- <= 0) return utf8.substr(0, i);
  }
  return utf8;
}

double text_width(std::string_view utf8) {
  constexpr std::string_view kNarrow = "fijlrtI .,:;'|!()[]-";
  double em = 0;
  for (const char c : utf8) {
    if (!starts_code_point(c)) continue;
    const bool wide = c == 'm' || c == 'w' || c == 'M' || c == 'W' || c == '%';
    em += kNarrow.find(c) != kNarrow.npos ? 0.36 : wide ? 0.93 : 0.62;
  }
  return em;
}

}  // namespace lenet
