#include <fmt/format.h>

#include "base/function_formula.h"
#include "export/c_source.h"
#include "export/device_operation.h"
#include "nn/function_layer.h"

namespace lenet {
namespace {

/// Its value for each of the 256 integers.
class Int8Function final : public Int8Operation {
 public:
  Int8Function(const InferenceNode& node, const Table8& table)
      : Int8Operation(node), table_(table) {}

  Int8s run(const Inputs<std::int8_t>& x) const override { return look_up(table_, *x[0]); }

  void write(CSource& c) const override {
    c.array("int8_t", "table" + c_name(node()), Int8s(table_.begin(), table_.end()));
    c.call_in_place("look_up",
                    fmt::format("{}, table{}", element_count(node().output), c_name(node())),
                    node());
  }

 private:
  Table8 table_;
};

class FloatFunction final : public FloatOperation {
 public:
  FloatFunction(const InferenceNode& node, const Function& function)
      : FloatOperation(node), function_(function) {}

  Floats run(const Inputs<float>& inputs) const override {
    Floats x = *inputs[0];
    for (float& v : x) v = function_value(function_, v);
    return x;
  }

  void write(CSource& c) const override {
    const FunctionEntry::C& f = entry_of(function_.kind).c;
    c.call_in_place(f.name,
                    fmt::format("{}{}", element_count(node().output),
                                f.number ? ", " + c_float(function_.a) : ""),
                    node());
  }

  std::unique_ptr<Int8Operation> quantized(const InferenceNode& o,
                                           const Scales8& scales) const override {
    return std::make_unique<Int8Function>(o, table_of(function_, scales.in[0], scales.out));
  }

 private:
  Function function_;
};

}  // namespace

FloatOperationPtr device_operation(const FunctionOp& op, const InferenceNode& node) {
  return std::make_unique<FloatFunction>(node, op.function);
}

}  // namespace lenet
