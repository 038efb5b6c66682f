#include "lenet/shape.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "lenet/error.h"

namespace lenet {

std::int64_t element_count(const Shape& shape) {
  constexpr std::int64_t kLimit = std::int64_t{1} << 40;
  std::int64_t count = 1;
  for (std::int64_t size : shape) {
    if (size < 1 || size > kLimit / count) {
      throw Error(
          ErrorKind::kUsage,
          fmt::format("shape {}: every size must be 1 or more, and their product at most 2^40",
                      to_string(shape)));
    }
    count *= size;
  }
  return count;
}

std::string to_string(const Shape& shape) { return fmt::format("{}", fmt::join(shape, "x")); }

}  // namespace lenet
