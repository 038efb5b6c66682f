#include <fmt/format.h>

#include "export/c_source.h"
#include "export/device_operation.h"

namespace lenet {
namespace {

const Size2d& scale_of(const InferenceNode& o) { return std::get<UpsampleOp>(o.op).scale; }

/// Each element of an image so many times.
template <class T>
std::vector<T> upsample(const InferenceNode& o, const std::vector<T>& x) {
  const Size2d& scale = scale_of(o);
  std::vector<T> y;
  for (std::int64_t row = 0; row < o.output[0] * o.output[1]; ++row) {
    const T* from = x.data() + row / scale.height * o.input[2];
    for (std::int64_t w = 0; w < o.output[2]; ++w) y.push_back(from[w / scale.width]);
  }
  return y;
}

void write_upsample(const InferenceNode& o, CSource& c) {
  c.call_across("upsample",
                fmt::format("{}, {}, {}, {}", o.input[0] * o.input[1], o.input[2],
                            scale_of(o).height, scale_of(o).width),
                o);
}

class Int8Upsample final : public Int8Operation {
 public:
  explicit Int8Upsample(const InferenceNode& node) : Int8Operation(node) {}

  Int8s run(const Inputs<std::int8_t>& x) const override { return upsample(node(), *x[0]); }
  void write(CSource& c) const override { write_upsample(node(), c); }
};

class FloatUpsample final : public FloatOperation {
 public:
  explicit FloatUpsample(const InferenceNode& node) : FloatOperation(node, {.keeps_scale = true}) {}

  Floats run(const Inputs<float>& x) const override { return upsample(node(), *x[0]); }
  void write(CSource& c) const override { write_upsample(node(), c); }

  std::unique_ptr<Int8Operation> quantized(const InferenceNode& o, const Scales8&) const override {
    return std::make_unique<Int8Upsample>(o);
  }
};

}  // namespace

FloatOperationPtr device_operation(const UpsampleOp&, const InferenceNode& node) {
  return std::make_unique<FloatUpsample>(node);
}

}  // namespace lenet
