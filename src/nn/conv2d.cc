#include "kernels/conv2d.h"

#include <fmt/format.h>

#include <algorithm>

#include "kernels/image.h"
#include "kernels/transpose.h"
#include "lenet/error.h"
#include "lenet/layers.h"
#include "nn/torch_inputs.h"
#include "nn/user_layer.h"
#include "nn/weight_matrix.h"
#include "nn/window.h"

namespace lenet {
namespace {

kernels::Conv2dShape kernel_shape(const Conv2d::Options& o, const Shape& in, const Shape& out) {
  return {.in_channels = in[0],
          .in_height = in[1],
          .in_width = in[2],
          .out_channels = out[0],
          .out_height = out[1],
          .out_width = out[2],
          .kernel_height = o.kernel.height,
          .kernel_width = o.kernel.width,
          .stride_height = o.stride.height,
          .stride_width = o.stride.width,
          .pad_height = o.padding.height,
          .pad_width = o.padding.width};
}

WeightMatrix matrix_of(const Conv2d::Options& o, const Shape& in) {
  return {o.out_channels, in[0] * o.kernel.height * o.kernel.width, o.bias};
}

}  // namespace

Conv2d::Conv2d(const Options& options) : options_(options) {
  require_at_least(1, options_.out_channels, text(), "out_channels");
  require_at_least(1, options_.kernel, text(), "kernel_size");
  require_at_least(1, options_.stride, text(), "stride");
  require_at_least(0, options_.padding, text(), "padding");
}

std::string Conv2d::text() const {
  std::string text =
      fmt::format("Conv2d({}, {}", options_.out_channels, to_string(options_.kernel));
  if (options_.stride != Size2d(1)) text += fmt::format(", stride={}", to_string(options_.stride));
  if (options_.padding != Size2d(0)) {
    text += fmt::format(", padding={}", to_string(options_.padding));
  }
  if (!options_.bias) text += ", bias=False";
  return text + ")";
}

Operation Conv2d::operation() const {
  return exactly(*this, Conv2dOp{{options_.kernel, options_.stride, options_.padding}});
}

Shape Conv2d::infer(const Shape& input) {
  require_image(input, text());
  require_inputs(options_.in_channels, input, text(), "channels");
  input_ = input;
  const Window window{options_.kernel, options_.stride, options_.padding};
  const Size2d out = slide_over(window, input, text());
  output_ = {options_.out_channels, out.height, out.width};
  return output_;
}

void Conv2d::forward(const ForwardPass& pass) const {
  kernels::conv2d_forward(kernel_shape(options_, input_, output_), pass.prepared,
                          bias_of(matrix_of(options_, input_), pass.parameters), pass.x, pass.y);
}

std::optional<std::int64_t> Conv2d::image_scratch() const {
  if (options_.stride.width != 1) return std::nullopt;
  return kernels::image_conv2d_scratch(kernel_shape(options_, input_, output_));
}

void Conv2d::forward_image(const ImagePass& pass) const {
  kernels::image_conv2d(kernel_shape(options_, input_, output_), pass.prepared,
                        bias_of(matrix_of(options_, input_), pass.parameters), pass.x, pass.y,
                        pass.scratch);
}

void Conv2d::backward(const BackwardPass& pass) const {
  const kernels::Conv2dShape shape = kernel_shape(options_, input_, output_);
  if (pass.trains) {
    float* dweight = pass.dparameters.data();
    kernels::conv2d_weight_gradient(shape, pass.x, pass.dy, dweight,
                                    options_.bias ? dweight + weight_size() : nullptr);
  }
  // Last, since dx may lie over x.
  if (pass.dx) {
    kernels::conv2d_input_gradient(shape, pass.prepared + weight_size(), pass.dy, pass.dx);
  }
}

std::vector<ParameterInfo> Conv2d::parameters() const {
  return weight_and_bias(
      matrix_of(options_, input_),
      {options_.out_channels, input_[0], options_.kernel.height, options_.kernel.width});
}

std::int64_t Conv2d::weight_size() const {
  const WeightMatrix matrix = matrix_of(options_, input_);
  return matrix.outputs * matrix.columns;
}

std::int64_t Conv2d::multiply_adds() const { return weight_size() * output_[1] * output_[2]; }

/// The weight (out, in, taps) twice: as (in, taps, out) for the forward pass and as (out, taps, in)
/// for the backward pass.
std::int64_t Conv2d::prepared_size() const { return 2 * weight_size(); }

void Conv2d::prepare(const UpdatePart& part, std::span<const float> parameters,
                     float* prepared) const {
  const std::int64_t outputs = options_.out_channels, channels = input_[0];
  const std::int64_t taps = options_.kernel.height * options_.kernel.width;
  const std::int64_t columns = channels * taps;
  const float* weight = weight_of(parameters);
  kernels::transpose(part.last_row - part.first_row, columns,
                     {weight + part.first_row * columns, columns},
                     {prepared + part.first_row, outputs});
  float* backward = prepared + weight_size();
  for (std::int64_t o = part.first_row; o < part.last_row; ++o) {
    kernels::transpose(channels, taps, {weight + o * columns, taps},
                       {backward + o * columns, channels});
  }
}

std::vector<UpdatePart> Conv2d::update_parts() const {
  constexpr std::int64_t kFloatsAPart = 4096;  // a few microseconds of sums over the slots
  const WeightMatrix matrix = matrix_of(options_, input_);
  return row_parts(matrix, std::max<std::int64_t>(1, kFloatsAPart / matrix.columns));
}

}  // namespace lenet
