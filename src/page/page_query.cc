#include "page/page_query.h"

#include <fmt/format.h>

#include "base/number_text.h"
#include "base/require.h"

namespace lenet {
namespace {

/// Takes what stands in front of the next `mark`.
std::string_view next_part(std::string_view& text, char mark) {
  const std::size_t end = text.find(mark);
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(end == text.npos ? text.size() : end + 1);
  return part;
}

std::int64_t number_of(std::string_view name, std::string_view text) {
  const std::optional<std::int64_t> number = number_in<std::int64_t>(text);
  require(number && *number >= 0, fmt::format("{}: want a whole number from 0 on", name));
  return *number;
}

}  // namespace

std::string_view PageQuery::value(std::string_view name) const {
  for (std::string_view rest = text_; !rest.empty();) {
    std::string_view part = next_part(rest, '&');
    if (next_part(part, '=') == name) return part;
  }
  return {};
}

std::int64_t PageQuery::number(std::string_view name, std::int64_t otherwise) const {
  const std::string_view text = value(name);
  return text.empty() ? otherwise : number_of(name, text);
}

std::vector<std::int64_t> PageQuery::numbers(std::string_view name, std::size_t most) const {
  std::vector<std::int64_t> all;
  for (std::string_view rest = value(name); !rest.empty();) {
    require(all.size() < most, fmt::format("{}: want at most {} numbers", name, most));
    all.push_back(number_of(name, next_part(rest, ',')));
  }
  return all;
}

}  // namespace lenet
