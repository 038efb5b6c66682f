#include <algorithm>

#include "export/device_operation.h"
#include "export/device_pool2d.h"

namespace lenet {
namespace {

/// What the means of the windows of one axis divide by.
struct Divisors {
  std::vector<int> values;     ///< each divisor once
  std::vector<int> of_window;  ///< its place among them

  explicit Divisors(const PoolAxis& axis) {
    for (int o = 0; o < axis.out; ++o) {
      const auto found = std::ranges::find(values, axis.divisor(o));
      of_window.push_back(static_cast<int>(found - values.begin()));
      if (found == values.end()) values.push_back(axis.divisor(o));
    }
  }
};

/// Whether all windows are of the kernel's size and divide by it.
bool is_uniform(const PoolAxis& axis) {
  return !axis.adaptive() && Divisors(axis).values == std::vector<int>{axis.kernel};
}
bool is_uniform(const Pool2dShape& shape) {
  return is_uniform(shape.height) && is_uniform(shape.width);
}

/// Elements of the largest window.
std::int64_t largest_window(const PoolAxis& axis) {
  int most = 0;
  for (int o = 0; o < axis.out; ++o) most = std::max(most, axis.window(o).size());
  return most;
}
std::int64_t largest_window(const Pool2dShape& shape) {
  return largest_window(shape.height) * largest_window(shape.width);
}

class Int8AvgPool2d final : public Int8Operation {
 public:
  Int8AvgPool2d(const InferenceNode& node, const Scales8& scales)
      : Int8Operation(node),
        shape_(pool2d_shape(node)),
        rows_(shape_.height),
        columns_(shape_.width),
        zero_in_(scales.in[0].zero),
        zero_out_(scales.out.zero) {
    for (const int height : rows_.values) {
      for (const int width : columns_.values) {
        const auto area = static_cast<double>(height) * width;
        rescaling_.push_back(Rescaling::by(scales.in[0].scale / (scales.out.scale * area)));
      }
    }
  }

  Int8s run(const Inputs<std::int8_t>& x) const override {
    Int8s y(static_cast<std::size_t>(element_count(node().output)));
    for_each_window(shape_, x[0]->data(), [&](std::int64_t output, int oh, int ow, auto each) {
      std::int32_t sum = 0;
      each([&](std::int8_t v) { sum += v - zero_in_; });
      y[static_cast<std::size_t>(output)] = rescaling_of(oh, ow).apply(sum, zero_out_);
    });
    return y;
  }

  void write(CSource& c) const override {
    const InferenceNode& o = node();
    if (is_uniform(shape_)) {
      c.window(o);
      return c.call_across(
          "avg_pool2d",
          fmt::format("&window{}, {}, {}, {}, {}", c_name(o), rescaling_[0].multiplier,
                      rescaling_[0].shift, zero_in_, zero_out_),
          o);
    }
    const auto place_in = [](const Divisors& divisors) {
      return [&](int window) { return divisors.of_window[static_cast<std::size_t>(window)]; };
    };
    write_spans("rows" + c_name(o), shape_.height, place_in(rows_), c);
    write_spans("columns" + c_name(o), shape_.width, place_in(columns_), c);
    std::vector<std::string> factors;
    for (const Rescaling& by : rescaling_) {
      factors.push_back(fmt::format("{{{}, {}}}", by.multiplier, by.shift));
    }
    c.array("Factor", "factors" + c_name(o), factors, 8 * std::ssize(factors));
    c.call_across("avg_pool2d_spans",
                  fmt::format("{}, factors{}, {}, {}, {}", span_arguments(o), c_name(o),
                              columns_.values.size(), zero_in_, zero_out_),
                  o);
  }

 private:
  const Rescaling& rescaling_of(int oh, int ow) const {
    const int row = rows_.of_window[static_cast<std::size_t>(oh)];
    const int column = columns_.of_window[static_cast<std::size_t>(ow)];
    const auto columns = std::ssize(columns_.values);
    return rescaling_[static_cast<std::size_t>(row * columns + column)];
  }

  Pool2dShape shape_;
  Divisors rows_, columns_;
  std::vector<Rescaling> rescaling_;  ///< of each pair of divisors
  std::int32_t zero_in_, zero_out_;
};

class FloatAvgPool2d final : public FloatOperation {
 public:
  explicit FloatAvgPool2d(const InferenceNode& node)
      : FloatOperation(node, {.products = largest_window(pool2d_shape(node))}) {}

  Floats run(const Inputs<float>& x) const override {
    const Pool2dShape shape = pool2d_shape(node());
    Floats y(static_cast<std::size_t>(element_count(node().output)));
    for_each_window(shape, x[0]->data(), [&](std::int64_t output, int oh, int ow, auto each) {
      float sum = 0;
      each([&](float v) { sum += v; });
      y[static_cast<std::size_t>(output)] =
          sum / static_cast<float>(shape.height.divisor(oh) * shape.width.divisor(ow));
    });
    return y;
  }

  void write(CSource& c) const override {
    const InferenceNode& o = node();
    if (is_uniform(pool2d_shape(o))) {
      c.window(o);
      return c.call_across("avg_pool2d", "&window" + c_name(o), o);
    }
    c.call_across("avg_pool2d_spans", write_spans_with_divisors(o, c), o);
  }

  std::unique_ptr<Int8Operation> quantized(const InferenceNode& o,
                                           const Scales8& scales) const override {
    return std::make_unique<Int8AvgPool2d>(o, scales);
  }
};

}  // namespace

FloatOperationPtr device_operation(const AvgPool2dOp&, const InferenceNode& node) {
  return std::make_unique<FloatAvgPool2d>(node);
}

FloatOperationPtr device_operation(const AdaptiveAvgPool2dOp&, const InferenceNode& node) {
  return std::make_unique<FloatAvgPool2d>(node);
}

}  // namespace lenet
