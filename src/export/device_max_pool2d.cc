#include <algorithm>
#include <limits>

#include "export/device_operation.h"
#include "export/device_pool2d.h"

namespace lenet {
namespace {

/// The largest element of each window.
template <class T>
std::vector<T> max_pool2d(const InferenceNode& o, const std::vector<T>& x) {
  using Limits = std::numeric_limits<T>;
  std::vector<T> y(static_cast<std::size_t>(element_count(o.output)));
  for_each_window(pool2d_shape(o), x.data(), [&](std::int64_t output, int, int, auto each) {
    T most = Limits::has_infinity ? -Limits::infinity() : Limits::lowest();
    each([&](T v) { most = std::max(most, v); });
    y[static_cast<std::size_t>(output)] = most;
  });
  return y;
}

void write_max_pool2d(const InferenceNode& o, CSource& c) {
  if (!pool2d_shape(o).height.adaptive()) {
    c.window(o);
    return c.call_across("max_pool2d", "&window" + c_name(o), o);
  }
  c.call_across("max_pool2d_spans", write_spans_with_divisors(o, c), o);
}

class Int8MaxPool2d final : public Int8Operation {
 public:
  explicit Int8MaxPool2d(const InferenceNode& node) : Int8Operation(node) {}

  Int8s run(const Inputs<std::int8_t>& x) const override { return max_pool2d(node(), *x[0]); }
  void write(CSource& c) const override { write_max_pool2d(node(), c); }
};

class FloatMaxPool2d final : public FloatOperation {
 public:
  explicit FloatMaxPool2d(const InferenceNode& node)
      : FloatOperation(node, {.keeps_scale = true}) {}

  Floats run(const Inputs<float>& x) const override { return max_pool2d(node(), *x[0]); }
  void write(CSource& c) const override { write_max_pool2d(node(), c); }

  std::unique_ptr<Int8Operation> quantized(const InferenceNode& o, const Scales8&) const override {
    return std::make_unique<Int8MaxPool2d>(o);
  }
};

}  // namespace

FloatOperationPtr device_operation(const MaxPool2dOp&, const InferenceNode& node) {
  return std::make_unique<FloatMaxPool2d>(node);
}

FloatOperationPtr device_operation(const AdaptiveMaxPool2dOp&, const InferenceNode& node) {
  return std::make_unique<FloatMaxPool2d>(node);
}

}  // namespace lenet
