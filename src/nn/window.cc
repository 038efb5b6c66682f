#include "nn/window.h"

#include <fmt/format.h>

#include "lenet/error.h"

namespace lenet {

std::string to_string(const Size2d& size) {
  if (size.height == size.width) return fmt::format("{}", size.height);
  return fmt::format("({}, {})", size.height, size.width);
}

void require_at_least(std::int64_t least, const Size2d& value, const std::string& layer,
                      const char* argument) {
  constexpr std::int64_t kMost = (1 << 20) - 1;
  const bool good = value.height >= least && value.width >= least && value.height <= kMost &&
                    value.width <= kMost;
  if (good) return;
  throw Error(ErrorKind::kUsage, fmt::format("{}: {} is {}, want {} to {}", layer, argument,
                                             to_string(value), least, kMost));
}

void require_image(const Shape& input, const std::string& layer) {
  if (input.size() == 3) return;
  throw Error(ErrorKind::kUsage,
              fmt::format("{}: the input has shape {}, want channels x height x width (a Flatten "
                          "or Linear before it?)",
                          layer, to_string(input)));
}

Size2d slide_over(const Window& window, const Shape& input, const std::string& layer) {
  const auto [kernel, stride, padding] = window;
  const std::int64_t height = input[1] + 2 * padding.height, width = input[2] + 2 * padding.width;
  if (height < kernel.height || width < kernel.width) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{}: a window of {}x{} does not fit its input {} with padding {} on "
                            "each side ({}x{}); use a smaller window or more padding",
                            layer, kernel.height, kernel.width, to_string(input),
                            to_string(padding), height, width));
  }
  return {(height - kernel.height) / stride.height + 1, (width - kernel.width) / stride.width + 1};
}

}  // namespace lenet
