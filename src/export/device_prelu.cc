#include <fmt/format.h>

#include <cmath>

#include "export/c_source.h"
#include "export/device_operation.h"

namespace lenet {
namespace {

/// "weights, positions of one", of which `o` has so many.
std::string sizes_of(const InferenceNode& o, std::int64_t weights) {
  return fmt::format("{}, {}", weights, element_count(o.output) / weights);
}

/// What brings values of one side of 0 to the output's scale.
struct Slope {
  std::int32_t sign;
  Rescaling rescaling;

  Slope(float factor, const Scales8& scales)
      : sign(factor < 0 ? -1 : 1),
        rescaling(Rescaling::by(std::abs(static_cast<double>(factor)) * scales.in[0].scale /
                                scales.out.scale)) {}
};

class Int8PReLU final : public Int8Operation {
 public:
  Int8PReLU(const InferenceNode& node, const Floats& weight, const Scales8& scales)
      : Int8Operation(node), zero_in_(scales.in[0].zero), zero_out_(scales.out.zero) {
    slopes_.emplace_back(1.0f, scales);
    for (const float w : weight) slopes_.emplace_back(w, scales);
  }

  Int8s run(const Inputs<std::int8_t>& inputs) const override {
    Int8s x = *inputs[0];
    const std::size_t plane = x.size() / (slopes_.size() - 1);
    for (std::size_t i = 0; i < x.size(); ++i) {
      const auto& [sign, rescaling] = slopes_[x[i] > zero_in_ ? 0 : 1 + i / plane];
      x[i] = rescaling.apply(sign * (x[i] - zero_in_), zero_out_);
    }
    return x;
  }

  void write(CSource& c) const override {
    std::vector<std::string> slopes;
    for (const auto& [sign, by] : slopes_) {
      slopes.push_back(fmt::format("{{{}, {}, {}}}", sign, by.multiplier, by.shift));
    }
    const std::string name = c_name(node());
    c.array("Slope", "slopes" + name, slopes, 12 * std::ssize(slopes));
    c.call_in_place("prelu",
                    fmt::format("{}, slopes{}, {}, {}", sizes_of(node(), std::ssize(slopes) - 1),
                                name, zero_in_, zero_out_),
                    node());
  }

 private:
  std::vector<Slope> slopes_;  ///< above 0, and below for each weight
  std::int32_t zero_in_, zero_out_;
};

class FloatPReLU final : public FloatOperation {
 public:
  explicit FloatPReLU(const InferenceNode& node) : FloatOperation(node) {}

  Floats run(const Inputs<float>& inputs) const override {
    Floats x = *inputs[0];
    const std::size_t plane = x.size() / node().weight.size();
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (!(x[i] > 0)) x[i] *= node().weight[i / plane];
    }
    return x;
  }

  void write(CSource& c) const override {
    const std::string name = c_name(node());
    c.array("float", "weight" + name, node().weight);
    c.call_in_place("prelu",
                    fmt::format("{}, weight{}", sizes_of(node(), std::ssize(node().weight)), name),
                    node());
  }

  std::unique_ptr<Int8Operation> quantized(const InferenceNode& o,
                                           const Scales8& scales) const override {
    return std::make_unique<Int8PReLU>(o, node().weight, scales);
  }
};

}  // namespace

FloatOperationPtr device_operation(const PReLUOp&, const InferenceNode& node) {
  return std::make_unique<FloatPReLU>(node);
}

}  // namespace lenet
