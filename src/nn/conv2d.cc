#include <fmt/format.h>

#include "base/require.h"
#include "lenet/error.h"
#include "lenet/layers.h"
#include "nn/torch_inputs.h"
#include "nn/user_layer.h"
#include "nn/weight_matrix.h"
#include "nn/window.h"

namespace lenet {
namespace {

constexpr std::int64_t kMostGroups = (1 << 20) - 1;

WeightMatrix matrix_of(const Conv2d::Options& o, std::int64_t channels) {
  return {o.out_channels, channels / o.groups * o.kernel.height * o.kernel.width, o.bias};
}

/// What padding='same' comes to: where it is odd, PyTorch has more behind.
Padding same_padding(const Window& window) {
  const Size2d span = window.span();
  const Size2d all = {span.height - 1, span.width - 1};
  const Size2d before = {all.height / 2, all.width / 2};
  return Padding::sides(before, {all.height - before.height, all.width - before.width});
}

Conv2dOp operation_of(const Conv2d::Options& o) {
  Window window{o.kernel, o.stride, Padding::both(o.padding), o.dilation};
  if (o.same) window.padding = same_padding(window);
  return {window, o.bias, o.groups};
}

std::string argument(const char* name, const Size2d& size, std::int64_t usual) {
  return size == Size2d(usual) ? "" : fmt::format(", {}={}", name, to_string(size));
}

}  // namespace

Conv2d::Conv2d(const Options& options) : LibraryLayer(operation_of(options)), options_(options) {
  require_at_least(1, options_.out_channels, text(), "out_channels");
  require_at_least(1, options_.kernel, text(), "kernel_size");
  require_at_least(1, options_.stride, text(), "stride");
  require_at_least(0, options_.padding, text(), "padding");
  require_at_least(1, options_.dilation, text(), "dilation");
  require(!options_.same || (options_.stride == Size2d(1) && options_.padding == Size2d(0)),
          fmt::format("{}: want padding='same' with a stride of 1", text()));
  require(options_.groups >= 1 && options_.groups <= kMostGroups &&
              options_.out_channels % options_.groups == 0,
          fmt::format("{}: groups is {}, want a divisor of the {} output channels", text(),
                      options_.groups, options_.out_channels));
}

std::string Conv2d::text() const {
  std::string text =
      fmt::format("Conv2d({}, {}", options_.out_channels, to_string(options_.kernel));
  text += argument("stride", options_.stride, 1);
  const Padding& padding = std::get<Conv2dOp>(op_).window.padding;
  text +=
      padding.before == padding.after ? argument("padding", padding.before, 0) : ", padding='same'";
  text += argument("dilation", options_.dilation, 1);
  text += argument("groups", options_.groups, 1);
  if (!options_.bias) text += ", bias=False";
  return text + ")";
}

Operation Conv2d::operation() const { return exactly(*this, op_); }

Shape Conv2d::infer(const Shape& input) {
  require_image(input, text());
  require_inputs(options_.in_channels, input, text(), "channels");
  require(input[0] % options_.groups == 0,
          fmt::format("{}: groups is {}, want a divisor of the {} channels of its input {}", text(),
                      options_.groups, input[0], to_string(input)));
  const Size2d out = slide_over(std::get<Conv2dOp>(op_).window, input, text());
  return inferred(input, {options_.out_channels, out.height, out.width});
}

std::vector<ParameterInfo> Conv2d::parameters() const {
  return weight_and_bias(matrix_of(options_, channels()),
                         {options_.out_channels, channels() / options_.groups,
                          options_.kernel.height, options_.kernel.width});
}

std::int64_t Conv2d::multiply_adds() const {
  return matrix_of(options_, channels()).columns * element_count(output_);
}

}  // namespace lenet
