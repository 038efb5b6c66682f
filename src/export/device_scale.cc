#include <fmt/format.h>

#include <string>

#include "export/c_source.h"
#include "export/device_operation.h"

namespace lenet {
namespace {

/// `more` stands between the sizes and the places.
void write_scale(const InferenceNode& o, const std::string& more, CSource& c) {
  const std::int64_t gates = element_count(o.input_shapes[1]);
  c.call("scale",
         fmt::format("{}, {}, {}{}, {}, {}", gates, element_count(o.output) / gates, more,
                     c.at(o.inputs[0]), c.at(o.inputs[1]), c.at(o.value)),
         to_string(o.output));
}

class Int8Scale final : public Int8Operation {
 public:
  Int8Scale(const InferenceNode& node, const Scales8& scales)
      : Int8Operation(node),
        zero_x_(scales.in[0].zero),
        zero_gate_(scales.in[1].zero),
        zero_out_(scales.out.zero),
        rescaling_(Rescaling::by(scales.in[0].scale * scales.in[1].scale / scales.out.scale)) {}

  Int8s run(const Inputs<std::int8_t>& inputs) const override {
    Int8s x = *inputs[0];
    const Int8s& gate = *inputs[1];
    const std::size_t positions = x.size() / gate.size();
    for (std::size_t i = 0; i < x.size(); ++i) {
      const std::int32_t by = gate[i / positions] - zero_gate_;
      x[i] = rescaling_.apply((x[i] - zero_x_) * by, zero_out_);
    }
    return x;
  }

  void write(CSource& c) const override {
    write_scale(node(),
                fmt::format("{}, {}, {}, {}, {}, ", zero_x_, zero_gate_, rescaling_.multiplier,
                            rescaling_.shift, zero_out_),
                c);
  }

 private:
  std::int32_t zero_x_, zero_gate_, zero_out_;
  Rescaling rescaling_;
};

class FloatScale final : public FloatOperation {
 public:
  explicit FloatScale(const InferenceNode& node) : FloatOperation(node) {}

  Floats run(const Inputs<float>& inputs) const override {
    Floats x = *inputs[0];
    const Floats& gate = *inputs[1];
    const std::size_t positions = x.size() / gate.size();
    for (std::size_t i = 0; i < x.size(); ++i) x[i] *= gate[i / positions];
    return x;
  }

  void write(CSource& c) const override { write_scale(node(), "", c); }

  std::unique_ptr<Int8Operation> quantized(const InferenceNode& o,
                                           const Scales8& scales) const override {
    return std::make_unique<Int8Scale>(o, scales);
  }
};

}  // namespace

FloatOperationPtr device_operation(const ScaleOp&, const InferenceNode& node) {
  return std::make_unique<FloatScale>(node);
}

}  // namespace lenet
