#include <fmt/format.h>

#include <numeric>
#include <utility>

#include "export/c_source.h"
#include "export/int8_network.h"
#include "export/int8_weights.h"

namespace lenet {
namespace {

/// Products of each row of the weight and x, on top of the bias.
template <class Weight, class T, class Sum>
std::vector<Sum> linear(const std::vector<Weight>& weight, const std::vector<Sum>& bias,
                        const std::vector<T>& x) {
  std::vector<Sum> y;
  for (auto row = weight.begin(); row != weight.end(); row += std::ssize(x)) {
    const Sum start = bias.empty() ? Sum{0} : bias[y.size()];
    y.push_back(std::inner_product(x.begin(), x.end(), row, start));
  }
  return y;
}

/// "inputs, outputs".
std::string sizes_of(const InferenceNode& o) {
  return fmt::format("{}, {}", element_count(o.input), element_count(o.output));
}

class Int8Linear final : public Int8WeightedOperation {
 public:
  using Int8WeightedOperation::Int8WeightedOperation;

  void write(CSource& c) const override {
    c.call_across("linear", fmt::format("{}, {}", sizes_of(node()), write_weights(c)), node());
  }

 protected:
  Int32s sums(const Int16s& x) const override {
    return linear(weights().weight, weights().bias, x);
  }
};

/// A last Linear: its sums keep all their bits.
class Int8Logits final : public Int8Output {
 public:
  Int8Logits(const InferenceNode& node, Int8Weights weights)
      : Int8Output(node.inputs.front()),
        node_(node),
        weights_(std::move(weights)),
        scale_(weights_.sum_scale.begin(), weights_.sum_scale.end()) {}

  Floats run(const Int8s& x) const override {
    Floats logits;
    for (const std::int32_t sum : linear(weights_.weight, weights_.bias, weights_.centred(x))) {
      logits.push_back(static_cast<float>(sum) * scale_[logits.size()]);
    }
    return logits;
  }

  void write(CSource& c) const override {
    const std::string name = c_name(node_);
    c.array("int8_t", "weight" + name, weights_.weight);
    c.array("int32_t", "bias" + name, weights_.bias);
    c.array("float", "scale" + name, scale_);
    c.call("linear_logits",
           fmt::format("{0}, weight{1}, bias{1}, scale{1}, {2}, {3}, {4}", sizes_of(node_), name,
                       weights_.zero_in, c.at(input()), c.interface().output),
           to_string(node_.output));
  }

 private:
  const InferenceNode& node_;
  Int8Weights weights_;
  Floats scale_;  ///< a sum times its channel's is the logit
};

class FloatLinear final : public FloatWeightedOperation<Int8Linear> {
 public:
  using FloatWeightedOperation::FloatWeightedOperation;

  Floats run(const Inputs<float>& x) const override {
    return linear(node().weight, node().bias, *x[0]);
  }

  void write(CSource& c) const override {
    c.call_across("linear", fmt::format("{}, {}", sizes_of(node()), write_float_weights(node(), c)),
                  node());
  }
};

}  // namespace

FloatOperationPtr device_operation(const LinearOp&, const InferenceNode& node) {
  return std::make_unique<FloatLinear>(node);
}

std::unique_ptr<Int8Output> int8_logits(const InferenceNode& node, const InferenceNode& linear,
                                        const Affine8& in) {
  return std::make_unique<Int8Logits>(node, Int8Weights(linear, in));
}

}  // namespace lenet
