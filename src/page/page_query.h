// What stands behind the "?" of a request.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace lenet {

/// "from=12&max=100". Throws Error (kUsage) for what is not of this form.
class PageQuery {
 public:
  explicit PageQuery(std::string_view text) : text_(text) {}

  /// The number, from 0 on, of this name; `otherwise` if there is none.
  std::int64_t number(std::string_view name, std::int64_t otherwise) const;

  /// Numbers with commas between them.
  std::vector<std::int64_t> numbers(std::string_view name, std::size_t most) const;

 private:
  std::string_view value(std::string_view name) const;

  std::string_view text_;
};

}  // namespace lenet
