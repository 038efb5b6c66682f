#include <fmt/format.h>

#include <cmath>

#include "export/c_source.h"
#include "export/device_operation.h"

namespace lenet {
namespace {

/// A value of the sum: (q - zero) * weight is counted in a unit that all its values share.
struct Term {
  std::int32_t weight, zero;
};

/// The finest unit of which the sum of all values fits into 31 bits.
double unit_of(const std::vector<Affine8>& in) {
  double all = 0;
  for (const Affine8& scale : in) all += scale.scale;
  return all * 255 / (1 << 30);
}

class Int8Sum final : public Int8Operation {
 public:
  Int8Sum(const InferenceNode& node, const Scales8& scales)
      : Int8Operation(node),
        rescaling_(Rescaling::by(unit_of(scales.in) / scales.out.scale)),
        zero_out_(scales.out.zero) {
    for (const Affine8& in : scales.in) {
      const long weight = std::lround(in.scale / unit_of(scales.in));
      terms_.push_back({static_cast<std::int32_t>(weight), in.zero});
    }
  }

  Int8s run(const Inputs<std::int8_t>& x) const override {
    Int8s y(x[0]->size());
    for (std::size_t i = 0; i < y.size(); ++i) {
      std::int32_t sum = 0;
      for (std::size_t k = 0; k < x.size(); ++k) {
        sum += terms_[k].weight * ((*x[k])[i] - terms_[k].zero);
      }
      y[i] = rescaling_.apply(sum, zero_out_);
    }
    return y;
  }

  void write(CSource& c) const override {
    std::vector<std::string> terms;
    for (const auto& [weight, zero] : terms_)
      terms.push_back(fmt::format("{{{}, {}}}", weight, zero));
    const InferenceNode& o = node();
    c.array("Term", "terms" + c_name(o), terms, 8 * std::ssize(terms));
    c.call("add",
           fmt::format("{}, {}, terms{}, {}, {}, {}, {}, {}", element_count(o.output), terms.size(),
                       c_name(o), c.inputs(o), rescaling_.multiplier, rescaling_.shift, zero_out_,
                       c.at(o.value)),
           to_string(o.output));
  }

 private:
  std::vector<Term> terms_;
  Rescaling rescaling_;  ///< of the unit to the output's
  std::int32_t zero_out_;
};

class FloatSum final : public FloatOperation {
 public:
  explicit FloatSum(const InferenceNode& node) : FloatOperation(node, {.takes_relu = true}) {}

  Floats run(const Inputs<float>& x) const override {
    Floats y = *x[0];
    for (std::size_t k = 1; k < x.size(); ++k) {
      for (std::size_t i = 0; i < y.size(); ++i) y[i] += (*x[k])[i];
    }
    return y;
  }

  void write(CSource& c) const override {
    const InferenceNode& o = node();
    c.call("add",
           fmt::format("{}, {}, {}, {}", element_count(o.output), o.inputs.size(), c.inputs(o),
                       c.at(o.value)),
           to_string(o.output));
  }

  std::unique_ptr<Int8Operation> quantized(const InferenceNode& o,
                                           const Scales8& scales) const override {
    return std::make_unique<Int8Sum>(o, scales);
  }
};

}  // namespace

FloatOperationPtr device_operation(const SumOp&, const InferenceNode& node) {
  return std::make_unique<FloatSum>(node);
}

}  // namespace lenet
