#include <fmt/format.h>

#include "lenet/error.h"
#include "lenet/layers.h"
#include "nn/torch_inputs.h"
#include "nn/user_layer.h"
#include "nn/weight_matrix.h"
#include "nn/window.h"

namespace lenet {
namespace {

WeightMatrix matrix_of(const Conv2d::Options& o, std::int64_t channels) {
  return {o.out_channels, channels * o.kernel.height * o.kernel.width, o.bias};
}

}  // namespace

Conv2d::Conv2d(const Options& options)
    : LibraryLayer(Conv2dOp{{options.kernel, options.stride, options.padding}, options.bias}),
      options_(options) {
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

Operation Conv2d::operation() const { return exactly(*this, op_); }

Shape Conv2d::infer(const Shape& input) {
  require_image(input, text());
  require_inputs(options_.in_channels, input, text(), "channels");
  const Window window{options_.kernel, options_.stride, options_.padding};
  const Size2d out = slide_over(window, input, text());
  return inferred(input, {options_.out_channels, out.height, out.width});
}

std::vector<ParameterInfo> Conv2d::parameters() const {
  return weight_and_bias(
      matrix_of(options_, channels()),
      {options_.out_channels, channels(), options_.kernel.height, options_.kernel.width});
}

std::int64_t Conv2d::multiply_adds() const {
  return matrix_of(options_, channels()).columns * element_count(output_);
}

}  // namespace lenet
