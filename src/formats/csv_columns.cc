#include "formats/csv_columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/number_text.h"
#include "base/require.h"
#include "base/text.h"

namespace lenet {
namespace {

std::string_view trimmed(std::string_view field) {
  constexpr std::string_view kBlank = " \t\r";
  const std::size_t first = field.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  field = field.substr(first, field.find_last_not_of(kBlank) - first + 1);
  if (field.size() >= 2 && field.front() == '"' && field.back() == '"') {
    field = field.substr(1, field.size() - 2);
  }
  return field;
}

template <std::size_t N>
bool is_one_of(std::string_view field, const std::array<std::string_view, N>& words) {
  constexpr std::size_t kLongest = 16;  // a field may be as long as the file
  return std::ranges::find(words, lower_case(std::string(field.substr(0, kLongest)))) !=
         words.end();
}

bool names_label(std::string_view field) {
  return is_one_of<5>(field, {"label", "labels", "class", "target", "y"});
}

bool names_index(std::string_view field) {
  return is_one_of<4>(field, {"", "index", "id", "unnamed: 0"});
}

/// Whether the fields from `first` on are 0, 1, 2 and so on.
bool counts(const std::vector<std::string_view>& fields, std::size_t first) {
  constexpr std::size_t kFewest = 10;  // with fewer, an image may have such a row
  if (fields.size() < first + kFewest) return false;
  for (std::size_t i = first; i < fields.size(); ++i) {
    if (whole_number_in(fields[i]) != static_cast<long long>(i - first)) return false;
  }
  return true;
}

}  // namespace

std::string_view csv_text(std::string_view bytes, std::string& buffer) {
  constexpr std::string_view kUtf8 = "\xef\xbb\xbf", kLittle = "\xff\xfe", kBig = "\xfe\xff";
  if (bytes.starts_with(kUtf8)) return bytes.substr(kUtf8.size());
  const bool little = bytes.starts_with(kLittle);
  if (!little && !bytes.starts_with(kBig)) return bytes;
  buffer.clear();
  buffer.reserve(bytes.size() / 2);
  for (std::size_t i = 2; i + 1 < bytes.size(); i += 2) {
    const char low = bytes[little ? i : i + 1], high = bytes[little ? i + 1 : i];
    buffer += high == 0 && static_cast<unsigned char>(low) < 0x80 ? low : '?';
  }
  return buffer;
}

char csv_separator(std::string_view line) {
  return std::ranges::max({',', ';', '\t'}, {},
                          [&](char separator) { return std::ranges::count(line, separator); });
}

std::vector<std::string_view> csv_fields(std::string_view line, char separator) {
  std::vector<std::string_view> fields;
  for (;;) {
    const std::size_t end = line.find(separator);
    fields.push_back(trimmed(line.substr(0, end)));
    if (end == std::string_view::npos) return fields;
    line.remove_prefix(end + 1);
  }
}

std::optional<long long> whole_number_in(std::string_view field) {
  if (const auto whole = number_in<long long>(field)) return whole;
  constexpr double kMost = 1e15;
  const auto real = number_in<double>(field);
  if (!real || std::abs(*real) >= kMost || *real != std::floor(*real)) return std::nullopt;
  return static_cast<long long>(*real);
}

std::optional<float> float_in(std::string_view field) {
  const auto real = number_in<double>(field);
  if (!real || !std::isfinite(static_cast<float>(*real))) return std::nullopt;
  return static_cast<float>(*real);
}

std::size_t column_of(const std::string& name, const std::vector<std::string_view>& fields) {
  const auto found = std::ranges::count(fields, name);
  require(found == 1, fmt::format("{} columns are called {:.40}, want one; the first row has "
                                  "{:.40}, ..., {:.40}",
                                  found, name, fields.front(), fields.back()));
  return static_cast<std::size_t>(std::ranges::find(fields, name) - fields.begin());
}

CsvColumns csv_columns(const std::vector<std::string_view>& fields) {
  const auto label = std::ranges::find_if(fields, names_label);
  if (label != fields.end()) {
    const auto at = static_cast<std::size_t>(label - fields.begin());
    return {true, at, at != 0 && names_index(fields[0])};
  }
  if (counts(fields, 0)) return {true, 0, false};
  if (fields[0].empty() && counts(fields, 1)) return {true, 1, true};
  const bool no_number = std::ranges::none_of(
      fields, [](std::string_view f) { return whole_number_in(f).has_value(); });
  if (no_number) return {true, std::nullopt, names_index(fields[0])};
  return {false, 0, false};
}

}  // namespace lenet
