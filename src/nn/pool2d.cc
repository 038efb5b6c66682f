#include <fmt/format.h>

#include "base/require.h"
#include "lenet/error.h"
#include "lenet/layers.h"
#include "nn/user_layer.h"
#include "nn/window.h"

namespace lenet {
namespace {

const char* name_of(Pool2d::Kind kind) {
  switch (kind) {
    case Pool2d::Kind::kAverage:
      return "AvgPool2d";
    case Pool2d::Kind::kMaximum:
      return "MaxPool2d";
  }
  unknown("pooling");
}

Operation operation_of(Pool2d::Kind kind, const Window& window) {
  switch (kind) {
    case Pool2d::Kind::kAverage:
      return AvgPool2dOp{window};
    case Pool2d::Kind::kMaximum:
      return MaxPool2dOp{window};
  }
  unknown("pooling");
}

Window window_of(const Pool2d::Options& o) {
  return {o.kernel, o.stride.value_or(o.kernel), Padding::both(o.padding)};
}

}  // namespace

Pool2d::Pool2d(Kind kind, const Options& options)
    : LibraryLayer(operation_of(kind, window_of(options))),
      kind_(kind),
      window_(window_of(options)) {
  const auto& [kernel, stride, sides, dilation] = window_;
  const Size2d& padding = sides.before;
  require_at_least(1, kernel, text(), "kernel_size");
  require_at_least(1, stride, text(), "stride");
  require_at_least(0, padding, text(), "padding");
  if (2 * padding.height > kernel.height || 2 * padding.width > kernel.width) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{}: padding is {}, want at most half of the kernel, {}", text(),
                            to_string(padding), to_string(kernel)));
  }
}

std::string Pool2d::text() const {
  const auto& [kernel, stride, padding, dilation] = window_;
  std::string text = fmt::format("{}({}", name_of(kind_), to_string(kernel));
  if (stride != kernel) text += fmt::format(", stride={}", to_string(stride));
  if (padding.before != Size2d(0)) text += fmt::format(", padding={}", to_string(padding.before));
  return text + ")";
}

Shape Pool2d::infer(const Shape& input) {
  require_image(input, text());
  const Size2d out = slide_over(window_, input, text());
  return inferred(input, {input[0], out.height, out.width});
}

void Pool2d::pool_all(Size2d image) {
  window_ = {image, image};
  op_ = operation_of(kind_, window_);
}

Operation AvgPool2d::operation() const { return exactly(*this, op_); }
Operation MaxPool2d::operation() const { return exactly(*this, op_); }

Shape AdaptiveAvgPool2d::infer(const Shape& input) {
  require_image(input, text());
  pool_all({input[1], input[2]});
  return Pool2d::infer(input);
}

}  // namespace lenet
