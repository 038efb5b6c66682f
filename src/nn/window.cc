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

Padding sum(const Padding& a, const Padding& b) {
  const auto add = [](const Size2d& x, const Size2d& y) {
    return Size2d(x.height + y.height, x.width + y.width);
  };
  return Padding::sides(add(a.before, b.before), add(a.after, b.after));
}

Size2d padded(const Shape& image, const Padding& padding) {
  const auto& [before, after] = padding;
  return {image[1] + before.height + after.height, image[2] + before.width + after.width};
}

Size2d slide_over(const Window& window, const Shape& input, const std::string& layer) {
  const Size2d size = padded(input, window.padding), span = window.span();
  const Size2d &stride = window.stride, &before = window.padding.before;
  if (size.height < span.height || size.width < span.width) {
    const bool even = before == window.padding.after;
    throw Error(
        ErrorKind::kUsage,
        fmt::format(
            "{}: a window of {}x{} does not fit its input {} with {} ({}x{}); use a "
            "smaller window or more padding",
            layer, span.height, span.width, to_string(input),
            even ? fmt::format("padding {} on each side", to_string(before)) : "its padding",
            size.height, size.width));
  }
  return {(size.height - span.height) / stride.height + 1,
          (size.width - span.width) / stride.width + 1};
}

std::int64_t pooled_size(std::int64_t size, std::int64_t kernel, std::int64_t stride,
                         std::int64_t before, std::int64_t after, bool ceil_mode) {
  const std::int64_t over = size + before + after - kernel + (ceil_mode ? stride - 1 : 0);
  if (over < 0) return 0;
  const std::int64_t last = over / stride;
  return ceil_mode && last * stride >= size + before ? last : last + 1;
}

}  // namespace lenet
