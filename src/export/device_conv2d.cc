#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "export/c_source.h"
#include "export/int8_weights.h"

namespace lenet {
namespace {

/// Places [first, last) of an axis.
struct Places {
  std::int64_t first, last;
};

/// The taps of a window, `dilation` places from each other, that lie on an axis of `size`, where
/// the window starts at `start`.
Places taps_inside(std::int64_t start, std::int64_t kernel, std::int64_t dilation,
                   std::int64_t size) {
  const auto taps = [&](std::int64_t places) {
    return (std::max<std::int64_t>(0, places) + dilation - 1) / dilation;
  };
  return {taps(-start), std::min(kernel, taps(size - start))};
}

/// Calls f(position, patch) for each position of a Conv2d, in order; the patch holds what lies
/// under the window (in channels, kernel height, kernel width), 0 on the padding.
template <class T, class F>
void for_each_patch(const InferenceNode& o, const T* x, F f) {
  const std::int64_t height = o.input[1], width = o.input[2];
  const auto& [kernel, stride, padding, dilation] = window_of(o);
  std::vector<T> patch(static_cast<std::size_t>(o.input[0] * kernel.height * kernel.width));
  for (std::int64_t position = 0; position < o.output[1] * o.output[2]; ++position) {
    const std::int64_t top = position / o.output[2] * stride.height - padding.before.height;
    const std::int64_t left = position % o.output[2] * stride.width - padding.before.width;
    const Places rows = taps_inside(top, kernel.height, dilation.height, height);
    const Places columns = taps_inside(left, kernel.width, dilation.width, width);
    std::ranges::fill(patch, T{});
    for (std::int64_t c = 0; c < o.input[0]; ++c) {
      for (std::int64_t h = rows.first; h < rows.last; ++h) {
        const T* from = x + (c * height + top + h * dilation.height) * width + left;
        T* to = patch.data() + (c * kernel.height + h) * kernel.width;
        for (std::int64_t k = columns.first; k < columns.last; ++k)
          to[k] = from[k * dilation.width];
      }
    }
    f(position, patch);
  }
}

/// The products of each output channel's row of the weight and what it sees, on top of its bias;
/// x and weight are of one type, which vectorises.
template <class T, class Sum>
std::vector<Sum> conv2d(const InferenceNode& o, const std::vector<T>& weight,
                        const std::vector<Sum>& bias, const std::vector<T>& x) {
  const std::int64_t channels = o.output[0], positions = o.output[1] * o.output[2];
  const std::int64_t seen = channels / std::get<Conv2dOp>(o.op).groups;
  const std::int64_t row = std::ssize(weight) / channels;
  std::vector<Sum> y(static_cast<std::size_t>(channels * positions));
  for_each_patch(o, x.data(), [&](std::int64_t position, const std::vector<T>& patch) {
    for (std::int64_t c = 0; c < channels; ++c) {
      const T* from = patch.data() + c / seen * row;
      const Sum start = bias.empty() ? Sum{0} : bias[static_cast<std::size_t>(c)];
      y[static_cast<std::size_t>(c * positions + position)] =
          std::inner_product(from, from + row, weight.data() + c * row, start);
    }
  });
  return y;
}

/// Adds the sizes and the call. write_weights() gives the arguments behind the sizes.
template <class F>
void write_conv2d(const InferenceNode& o, F write_weights, CSource& c) {
  const auto& op = std::get<Conv2dOp>(o.op);
  const std::string name = c_name(o);
  c.window(o);
  const Size2d& dilation = op.window.dilation;
  if (op.groups == 1 && dilation == Size2d(1)) {
    return c.call_across("conv2d", fmt::format("&window{}, {}", name, write_weights()), o);
  }
  c.constant("Groups", "groups" + name, {op.groups, dilation.height, dilation.width});
  c.call_across("grouped_conv2d", fmt::format("&window{0}, &groups{0}, {1}", name, write_weights()),
                o);
}

class Int8Conv2d final : public Int8WeightedOperation {
 public:
  Int8Conv2d(const InferenceNode& node, Int8Weights w, const Affine8& out)
      : Int8WeightedOperation(node, std::move(w), out),
        wide_(weights().weight.begin(), weights().weight.end()) {}

  void write(CSource& c) const override {
    write_conv2d(
        node(), [&] { return write_weights(c); }, c);
  }

 protected:
  Int32s sums(const Int16s& x) const override { return conv2d(node(), wide_, weights().bias, x); }

 private:
  Int16s wide_;  ///< the weights
};

class FloatConv2d final : public FloatWeightedOperation<Int8Conv2d> {
 public:
  using FloatWeightedOperation::FloatWeightedOperation;

  Floats run(const Inputs<float>& x) const override {
    return conv2d(node(), node().weight, node().bias, *x[0]);
  }

  void write(CSource& c) const override {
    write_conv2d(
        node(), [&] { return write_float_weights(node(), c); }, c);
  }
};

}  // namespace

FloatOperationPtr device_operation(const Conv2dOp&, const InferenceNode& node) {
  return std::make_unique<FloatConv2d>(node);
}

}  // namespace lenet
