#include <fmt/format.h>

#include "lenet/layers.h"
#include "nn/window.h"

namespace lenet {

ZeroPad2d::ZeroPad2d(const Padding& padding) : LibraryLayer(ZeroPad2dOp{padding}) {
  require_at_least(0, padding.before, text(), "padding");
  require_at_least(0, padding.after, text(), "padding");
}

/// As PyTorch orders them: left, right, top, bottom.
std::string ZeroPad2d::text() const {
  const auto& [before, after] = std::get<ZeroPad2dOp>(op_).padding;
  const bool all = before == after && before.height == before.width;
  if (all) return fmt::format("ZeroPad2d({})", before.height);
  return fmt::format("ZeroPad2d(({}, {}, {}, {}))", before.width, after.width, before.height,
                     after.height);
}

Shape ZeroPad2d::infer(const Shape& input) {
  require_image(input, text());
  const Size2d size = padded(input, std::get<ZeroPad2dOp>(op_).padding);
  return inferred(input, {input[0], size.height, size.width});
}

}  // namespace lenet
