#include "kernels/pool2d.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/require.h"
#include "kernels/image.h"
#include "lenet/error.h"
#include "lenet/layers.h"
#include "nn/user_layer.h"
#include "nn/window.h"

namespace lenet {
namespace {

kernels::Pool2dShape kernel_shape(const Pool2d& layer, const Shape& in, const Shape& out) {
  const auto [kernel, stride, padding] = layer.window();
  return {.channels = in[0],
          .in_height = in[1],
          .in_width = in[2],
          .out_height = out[1],
          .out_width = out[2],
          .kernel_height = kernel.height,
          .kernel_width = kernel.width,
          .stride_height = stride.height,
          .stride_width = stride.width,
          .pad_height = padding.height,
          .pad_width = padding.width};
}

const char* name_of(Pool2d::Kind kind) {
  switch (kind) {
    case Pool2d::Kind::kAverage:
      return "AvgPool2d";
    case Pool2d::Kind::kMaximum:
      return "MaxPool2d";
  }
  unknown("pooling");
}

kernels::Pooling pooling_of(Pool2d::Kind kind) {
  switch (kind) {
    case Pool2d::Kind::kAverage:
      return kernels::Pooling::kAverage;
    case Pool2d::Kind::kMaximum:
      return kernels::Pooling::kMaximum;
  }
  unknown("pooling");
}

}  // namespace

Pool2d::Pool2d(Kind kind, const Options& options)
    : kind_(kind), options_(options), stride_(options.stride.value_or(options.kernel)) {
  require_at_least(1, options_.kernel, text(), "kernel_size");
  require_at_least(1, stride_, text(), "stride");
  require_at_least(0, options_.padding, text(), "padding");
  const Size2d kernel = options_.kernel, padding = options_.padding;
  if (2 * padding.height > kernel.height || 2 * padding.width > kernel.width) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{}: padding is {}, want at most half of the kernel, {}", text(),
                            to_string(padding), to_string(kernel)));
  }
}

std::string Pool2d::text() const {
  std::string text = fmt::format("{}({}", name_of(kind_), to_string(options_.kernel));
  if (stride_ != options_.kernel) text += fmt::format(", stride={}", to_string(stride_));
  if (options_.padding != Size2d(0)) {
    text += fmt::format(", padding={}", to_string(options_.padding));
  }
  return text + ")";
}

Shape Pool2d::infer(const Shape& input) {
  require_image(input, text());
  input_ = input;
  const Size2d out = slide_over(window(), input, text());
  output_ = {input[0], out.height, out.width};
  return output_;
}

void Pool2d::pool_all(Size2d image) { options_.kernel = stride_ = image; }

Operation AvgPool2d::operation() const { return exactly(*this, AvgPool2dOp{window()}); }
Operation AdaptiveAvgPool2d::operation() const { return AvgPool2dOp{window()}; }
Operation MaxPool2d::operation() const { return exactly(*this, MaxPool2dOp{window()}); }

Shape AdaptiveAvgPool2d::infer(const Shape& input) {
  require_image(input, text());
  pool_all({input[1], input[2]});
  return Pool2d::infer(input);
}

bool Pool2d::takes_activation() const { return kernel_shape(*this, input_, output_).disjoint(); }

void Pool2d::forward(const ForwardPass& pass) const {
  const auto shape = kernel_shape(*this, input_, output_);
  const kernels::Pooling pooling = pooling_of(kind_);
  if (shape.disjoint()) {
    kernels::pool2d_forward(shape, pooling, pass.input_activation, pass.x, pass.y);
  } else {
    kernels::pool2d_forward_overlapping(shape, pooling, pass.x, pass.y);
  }
}

std::optional<std::int64_t> Pool2d::image_scratch() const {
  const auto shape = kernel_shape(*this, input_, output_);
  if (!kernels::image_pool2d_fits(shape)) return std::nullopt;
  return 0;
}

void Pool2d::forward_image(const ImagePass& pass) const {
  kernels::image_pool2d(kernel_shape(*this, input_, output_), pooling_of(kind_), pass.x, pass.y);
}

void Pool2d::backward(const BackwardPass& pass) const {
  if (!pass.dx) return;
  const auto shape = kernel_shape(*this, input_, output_);
  const kernels::Pooling pooling = pooling_of(kind_);
  if (shape.disjoint()) {
    const std::int64_t count = element_count(input_) * kPack;
    if (pass.dx != pass.x) std::copy_n(pass.x, count, pass.dx);
    kernels::pool2d_backward(shape, pooling, pass.input_activation, pass.dy, pass.dx);
  } else {
    kernels::pool2d_backward_overlapping(shape, pooling, pass.x, pass.dy, pass.dx);
  }
}

}  // namespace lenet
