#include "run/option_checks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/number_text.h"
#include "base/text.h"
#include "run/data_options.h"

namespace lenet {

Check whole_number(std::uint64_t least, std::uint64_t most) {
  return [=](const std::string& text) -> std::string {
    const auto value = number_in<std::uint64_t>(text);
    const bool whole = value && fmt::format("{}", *value) == text;
    if (whole && *value >= least && *value <= most) return "";
    return fmt::format("found '{}', want a whole number from {} to {}", text, least, most);
  };
}

Check positive_float() {
  return [](const std::string& text) -> std::string {
    const auto value = number_in<float>(text);
    if (value && *value > 0 && std::isfinite(*value)) return "";
    return fmt::format("found '{}', want a number above 0 that fits a float", text);
  };
}

Check finite_number() {
  return [](const std::string& text) -> std::string {
    const auto value = number_in<double>(text);
    if (value && std::isfinite(*value)) return "";
    return fmt::format("found '{}', want a number", text);
  };
}

Check share() {
  return [](const std::string& text) -> std::string {
    const auto value = number_in<double>(text);
    if (value && *value >= 0 && *value < 1) return "";
    return fmt::format("found '{}', want a share from 0 to below 1, as in 0.1", text);
  };
}

Check one_of(std::vector<std::string> words) {
  return [words = std::move(words)](const std::string& text) -> std::string {
    if (std::ranges::find(words, text) != words.end()) return "";
    return fmt::format("found '{}', want {}", text, fmt::join(words, ", "));
  };
}

std::string choice_of(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 < words.size() ? ", " : " or ";
    text += words[i];
  }
  return text;
}

Check image_size() {
  return [](const std::string& text) -> std::string {
    if (parse_size(text)) return "";
    return fmt::format("found '{}', want HEIGHTxWIDTH, 1 to {} each, as in 28x28", text,
                       kLargestSide);
  };
}

Check target_names() {
  return [](const std::string& text) -> std::string {
    std::vector<std::string> names = target_list(text);
    std::ranges::sort(names);
    const bool ends = text.starts_with(',') || text.ends_with(',') || text.find(",,") != text.npos;
    if (!ends && std::ranges::adjacent_find(names) == names.end()) return "";
    return fmt::format("found '{}', want names of columns, each once, as in width,height", text);
  };
}

Check short_text(std::size_t most) {
  return [=](const std::string& text) -> std::string {
    if (text.size() > most)
      return fmt::format("found {} bytes, want at most {}", text.size(), most);
    if (is_utf8(text) && std::ranges::none_of(text, is_control)) return "";
    return fmt::format("found '{}', want one line of UTF-8", printable(text));
  };
}

Check given_path() {
  return [](const std::string& path) -> std::string {
    if (path.empty()) return "found an empty string, want a path";
    if (!path.starts_with("--")) return "";
    return fmt::format("found the option '{0}', want a path (./{0} for that name)", path);
  };
}

}  // namespace lenet
