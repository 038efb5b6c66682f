#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "export/c_source.h"
#include "export/device_operation.h"

namespace lenet {
namespace {

const Size2d& before(const InferenceNode& o) { return std::get<ZeroPad2dOp>(o.op).padding.before; }

/// An image with `zero` round it.
template <class T>
std::vector<T> zero_pad2d(const InferenceNode& o, T zero, const std::vector<T>& x) {
  std::vector<T> y(static_cast<std::size_t>(element_count(o.output)), zero);
  auto from = x.begin();
  for (std::int64_t row = 0; row < o.input[0] * o.input[1]; ++row, from += o.input[2]) {
    const std::int64_t channel = row / o.input[1], h = row % o.input[1] + before(o).height;
    std::copy_n(from, o.input[2],
                y.begin() + (channel * o.output[1] + h) * o.output[2] + before(o).width);
  }
  return y;
}

/// `zero` as C writes it.
void write_zero_pad2d(const InferenceNode& o, const std::string& zero, CSource& c) {
  c.call_across("zero_pad2d",
                fmt::format("{}, {}, {}, {}, {}, {}, {}, {}", o.input[0], o.input[1], o.input[2],
                            o.output[1], o.output[2], before(o).height, before(o).width, zero),
                o);
}

class Int8ZeroPad2d final : public Int8Operation {
 public:
  Int8ZeroPad2d(const InferenceNode& node, const Affine8& scale)
      : Int8Operation(node), zero_(static_cast<std::int8_t>(scale.zero)) {}

  Int8s run(const Inputs<std::int8_t>& x) const override {
    return zero_pad2d(node(), zero_, *x[0]);
  }
  void write(CSource& c) const override {
    write_zero_pad2d(node(), fmt::format("{}", static_cast<int>(zero_)), c);
  }

 private:
  std::int8_t zero_;
};

class FloatZeroPad2d final : public FloatOperation {
 public:
  explicit FloatZeroPad2d(const InferenceNode& node)
      : FloatOperation(node, {.keeps_scale = true}) {}

  Floats run(const Inputs<float>& x) const override { return zero_pad2d(node(), 0.0f, *x[0]); }
  void write(CSource& c) const override { write_zero_pad2d(node(), "0.0f", c); }

  std::unique_ptr<Int8Operation> quantized(const InferenceNode& o,
                                           const Scales8& scales) const override {
    return std::make_unique<Int8ZeroPad2d>(o, scales.in[0]);
  }
};

}  // namespace

FloatOperationPtr device_operation(const ZeroPad2dOp&, const InferenceNode& node) {
  return std::make_unique<FloatZeroPad2d>(node);
}

}  // namespace lenet
