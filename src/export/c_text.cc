#include "export/c_text.h"

#include <algorithm>
#include <sstream>

#include "base/text.h"

namespace lenet {
namespace {

constexpr std::size_t kColumns = 100;

// Of ASCII, whatever the locale.
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_word(char c) { return is_letter(c) || is_digit(c) || c == '_'; }

}  // namespace

bool is_c_identifier(std::string_view text) {
  return !text.empty() && is_letter(text[0]) && std::ranges::all_of(text, is_word);
}

std::string to_c_identifier(std::string_view text) {
  std::string name(text);
  std::ranges::replace_if(
      name, [](char c) { return !is_word(c); }, '_');
  return !name.empty() && is_letter(name[0]) ? name : "model_" + name;
}

std::string c_string(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\' || c == '?') {
      result += {'\\', c};
    } else if (c >= ' ' && c <= '~') {
      result += c;
    } else {  // three octal digits end by themselves, which hexadecimal ones do not
      result += fmt::format("\\{:03o}", static_cast<unsigned char>(c));
    }
  }
  return result + '"';
}

std::string c_float(float value) {
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text + 'f';
}

std::string c_list(const std::vector<std::string>& values) {
  std::string text, line = "   ";
  for (const std::string& value : values) {
    if (line.size() > 4 && line.size() + value.size() + 2 > kColumns) {
      text += line + '\n';
      line = "   ";
    }
    line += ' ' + value + ',';
  }
  return text + line + '\n';
}

std::string c_comment_lines(std::string_view text) {
  std::istringstream words{std::string(text)};
  std::string lines, line = " *  ";
  for (std::string word; words >> word; line += ' ' + word) {
    if (line.size() + word.size() + 1 <= kColumns) continue;
    lines += line + '\n';
    line = " *  ";
  }
  return lines + line + '\n';
}

std::string c_array(std::string_view type, std::string_view name,
                    const std::vector<std::string>& values) {
  return fmt::format("static const {} {}[{}] = {{\n{}}};\n", type, name, values.size(),
                     c_list(values));
}

}  // namespace lenet
