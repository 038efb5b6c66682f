#include <fmt/format.h>

#include "export/c_source.h"
#include "export/device_operation.h"

namespace lenet {
namespace {

/// Calls f(k, elements, where they begin in the arena) for each value of a Concat.
template <class F>
void for_each_part(const InferenceNode& o, const CSource& c, F f) {
  std::int64_t to = c.offset(o.value);
  for (std::size_t k = 0; k < o.inputs.size(); ++k) {
    f(k, element_count(o.input_shapes[k]), to);
    to += element_count(o.input_shapes[k]);
  }
}

/// Copies what does not lie there already.
void write_copies(const InferenceNode& o, CSource& c) {
  for_each_part(o, c, [&](std::size_t k, std::int64_t count, std::int64_t to) {
    c.copy(count, c.offset(o.inputs[k]), to, o.input_shapes[k]);
  });
}

/// Each value where it belongs, and then at the scale that all have there.
class Int8Concat final : public Int8Operation {
 public:
  Int8Concat(const InferenceNode& node, const Scales8& scales) : Int8Operation(node) {
    for (const Affine8& in : scales.in) tables_.push_back(table_of(Function(), in, scales.out));
  }

  Int8s run(const Inputs<std::int8_t>& x) const override {
    Int8s y;
    for (std::size_t k = 0; k < x.size(); ++k) {
      const Int8s part = look_up(tables_[k], *x[k]);
      y.insert(y.end(), part.begin(), part.end());
    }
    return y;
  }

  void write(CSource& c) const override {
    write_copies(node(), c);
    for_each_part(node(), c, [&](std::size_t k, std::int64_t count, std::int64_t to) {
      if (is_identity(tables_[k])) return;
      const std::string name = fmt::format("table{}_{}", c_name(node()), k);
      c.array("int8_t", name, Int8s(tables_[k].begin(), tables_[k].end()));
      c.call("look_up", fmt::format("{}, {}, {}", count, name, CSource::place(to)),
             to_string(node().input_shapes[k]));
    });
  }

 private:
  std::vector<Table8> tables_;  ///< from the scale of each value to the output's
};

class FloatConcat final : public FloatOperation {
 public:
  explicit FloatConcat(const InferenceNode& node) : FloatOperation(node) {}

  Floats run(const Inputs<float>& x) const override {
    Floats y;
    for (const Floats* part : x) y.insert(y.end(), part->begin(), part->end());
    return y;
  }

  void write(CSource& c) const override { write_copies(node(), c); }

  std::unique_ptr<Int8Operation> quantized(const InferenceNode& o,
                                           const Scales8& scales) const override {
    return std::make_unique<Int8Concat>(o, scales);
  }
};

}  // namespace

FloatOperationPtr device_operation(const ConcatOp&, const InferenceNode& node) {
  return std::make_unique<FloatConcat>(node);
}

}  // namespace lenet
