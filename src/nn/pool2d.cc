#include <fmt/format.h>

#include <algorithm>

#include "base/require.h"
#include "lenet/error.h"
#include "lenet/pool_layers.h"
#include "nn/user_layer.h"
#include "nn/window.h"

namespace lenet {
namespace {

Window window_of(const Pool2d::Options& o) {
  return {o.kernel, o.stride.value_or(o.kernel), Padding::both(o.padding)};
}

/// Places behind an axis of `size` to which the windows of ceil_mode reach; the padding where they
/// are those without it, or none fits.
std::int64_t places_behind(std::int64_t size, std::int64_t kernel, std::int64_t stride,
                           std::int64_t padding) {
  const std::int64_t windows = pooled_size(size, kernel, stride, padding, padding, true);
  if (windows == 0 || windows == pooled_size(size, kernel, stride, padding, padding, false)) {
    return padding;
  }
  return std::max<std::int64_t>(0, (windows - 1) * stride + kernel - size - padding);
}

/// As much on both sides as before, but for what no window reaches.
Padding counted(const Padding& padding) {
  const auto& [before, after] = padding;
  return Padding::sides(
      before, {std::min(before.height, after.height), std::min(before.width, after.width)});
}

bool is_average(const Operation& adaptive) {
  return std::holds_alternative<AdaptiveAvgPool2dOp>(adaptive);
}

}  // namespace

Pool2d::Pool2d(Kind kind, const Options& options, bool count_include_pad)
    : LibraryLayer(UserOp()),
      kind_(kind),
      options_(options),
      count_include_pad_(count_include_pad) {
  const Window window = window_of(options_);
  op_ = operation_over(window);
  const Size2d &kernel = options_.kernel, &padding = options_.padding;
  require_at_least(1, kernel, text(), "kernel_size");
  require_at_least(1, window.stride, text(), "stride");
  require_at_least(0, padding, text(), "padding");
  require(2 * padding.height <= kernel.height && 2 * padding.width <= kernel.width,
          fmt::format("{}: padding is {}, want at most half of the kernel, {}", text(),
                      to_string(padding), to_string(kernel)));
}

Operation Pool2d::operation_over(const Window& window) const {
  switch (kind_) {
    case Kind::kAverage:
      return AvgPool2dOp{window, count_include_pad_ ? counted(window.padding) : Padding()};
    case Kind::kMaximum:
      return MaxPool2dOp{window};
  }
  unknown("pooling");
}

std::string Pool2d::text() const {
  const Window window = window_of(options_);
  const bool average = kind_ == Kind::kAverage;
  std::string text =
      fmt::format("{}({}", average ? "AvgPool2d" : "MaxPool2d", to_string(options_.kernel));
  if (window.stride != window.kernel) text += fmt::format(", stride={}", to_string(window.stride));
  if (options_.padding != Size2d(0)) {
    text += fmt::format(", padding={}", to_string(options_.padding));
  }
  if (options_.ceil_mode) text += ", ceil_mode=True";
  if (average && !count_include_pad_) text += ", count_include_pad=False";
  return text + ")";
}

Shape Pool2d::infer(const Shape& input) {
  require_image(input, text());
  Window window = window_of(options_);
  if (options_.ceil_mode) {
    const auto& [kernel, stride, padding, dilation] = window;
    window.padding = Padding::sides(
        options_.padding,
        {places_behind(input[1], kernel.height, stride.height, options_.padding.height),
         places_behind(input[2], kernel.width, stride.width, options_.padding.width)});
  }
  op_ = operation_over(window);
  const Size2d out = slide_over(window, input, text());
  return inferred(input, {input[0], out.height, out.width});
}

AvgPool2d::AvgPool2d(const Options& o)
    : Pool2d(
          Kind::kAverage,
          {.kernel = o.kernel, .stride = o.stride, .padding = o.padding, .ceil_mode = o.ceil_mode},
          o.count_include_pad) {}

Operation AvgPool2d::operation() const { return exactly(*this, op_); }
Operation MaxPool2d::operation() const { return exactly(*this, op_); }

AdaptivePool2d::AdaptivePool2d(const Operation& op, const Size2d& output_size)
    : LibraryLayer(op), output_size_(output_size) {
  require_at_least(1, output_size, text(), "output_size");
}

std::string AdaptivePool2d::text() const {
  return fmt::format("{}({})", is_average(op_) ? "AdaptiveAvgPool2d" : "AdaptiveMaxPool2d",
                     to_string(output_size_));
}

Shape AdaptivePool2d::infer(const Shape& input) {
  require_image(input, text());
  return inferred(input, {input[0], output_size_.height, output_size_.width});
}

Operation AdaptivePool2d::operation() const {
  const auto& [height, width] = output_size_;
  if (input_.empty() || input_[1] % height != 0 || input_[2] % width != 0) return op_;
  const Size2d kernel = {input_[1] / height, input_[2] / width};
  if (is_average(op_)) return AvgPool2dOp{{kernel, kernel}, {}};
  return MaxPool2dOp{{kernel, kernel}};
}

}  // namespace lenet
