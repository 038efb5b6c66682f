#include "base/shape_text.h"

#include <charconv>
#include <system_error>

namespace lenet {

std::optional<Shape> parse_shape(std::string_view text) {
  constexpr std::size_t kMostSizes = 8;
  Shape shape;
  const char* at = text.data();
  const char* const end = at + text.size();
  for (;;) {
    std::int64_t size = 0;
    const auto [stop, error] = std::from_chars(at, end, size);
    if (error != std::errc() || size < 1) return std::nullopt;
    shape.push_back(size);
    if (stop == end) return shape;
    if (*stop != 'x' || shape.size() == kMostSizes) return std::nullopt;
    at = stop + 1;
  }
}

}  // namespace lenet
