#include <fmt/format.h>

#include "export/c_source.h"
#include "export/int8_weights.h"

namespace lenet {
namespace {

/// x * weight + bias of its channel.
template <class Weight, class T, class Sum>
std::vector<Sum> affine(const std::vector<Weight>& weight, const std::vector<Sum>& bias,
                        const std::vector<T>& x) {
  std::vector<Sum> y;
  const std::size_t plane = x.size() / weight.size();
  for (std::size_t i = 0; i < x.size(); ++i) {
    y.push_back(x[i] * weight[i / plane] + bias[i / plane]);
  }
  return y;
}

/// "channels, positions, WEIGHTS".
std::string arguments_of(const InferenceNode& o, const std::string& weights) {
  return fmt::format("{}, {}, {}", o.output[0], element_count(o.output) / o.output[0], weights);
}

class Int8Affine final : public Int8WeightedOperation {
 public:
  using Int8WeightedOperation::Int8WeightedOperation;

  void write(CSource& c) const override {
    c.call_in_place("affine", arguments_of(node(), write_weights(c)), node());
  }

 protected:
  Int32s sums(const Int16s& x) const override {
    return affine(weights().weight, weights().bias, x);
  }
};

class FloatAffine final : public FloatWeightedOperation<Int8Affine> {
 public:
  using FloatWeightedOperation::FloatWeightedOperation;

  Floats run(const Inputs<float>& x) const override {
    return affine(node().weight, node().bias, *x[0]);
  }

  void write(CSource& c) const override {
    c.call_in_place("affine", arguments_of(node(), write_float_weights(node(), c)), node());
  }
};

}  // namespace

FloatOperationPtr device_operation(const AffineOp&, const InferenceNode& node) {
  return std::make_unique<FloatAffine>(node);
}

}  // namespace lenet
