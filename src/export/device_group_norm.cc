#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/norm_formula.h"
#include "export/c_source.h"
#include "export/device_operation.h"
#include "export/int8_weights.h"

namespace lenet {
namespace {

Floats group_norm(const InferenceNode& o, const GroupNormOp& op, Floats x) {
  const std::size_t size = x.size() / static_cast<std::size_t>(op.groups);
  const std::size_t plane = x.size() / o.weight.size();
  for (std::size_t first = 0; first < x.size(); first += size) {
    double mean = 0, squares = 0;
    for (std::size_t i = first; i < first + size; ++i) {
      mean += static_cast<double>(x[i]) / static_cast<double>(size);
    }
    for (std::size_t i = first; i < first + size; ++i) {
      squares += std::pow(static_cast<double>(x[i]) - mean, 2);
    }
    const double variance = squares / static_cast<double>(size);
    for (std::size_t i = first; i < first + size; ++i) {
      const NormScaling by =
          norm_scaling(mean, variance, op.eps, o.weight[i / plane], o.bias[i / plane]);
      x[i] = (x[i] - by.mean) * by.scale + by.shift;
    }
  }
  return x;
}

/// "groups, channels of one, positions of one". `channels`: all that have a weight.
std::string sizes_of(const InferenceNode& o, const GroupNormOp& op, std::int64_t channels) {
  return fmt::format("{}, {}, {}", op.groups, channels / op.groups,
                     element_count(o.output) / channels);
}

/// Its output is counted in 1 / 256 of its steps before it is rounded.
class Int8GroupNorm final : public Int8Operation {
 public:
  Int8GroupNorm(const InferenceNode& node, const GroupNormOp& op, const InferenceNode& floats,
                const Scales8& scales)
      : Int8Operation(node),
        op_(op),
        eps_(static_cast<float>(op.eps / (scales.in[0].scale * scales.in[0].scale))),
        zero_in_(scales.in[0].zero),
        zero_out_(scales.out.zero) {
    constexpr double kMost = 1 << 29;
    for (const float weight : floats.weight) {
      gain_.push_back(static_cast<float>(static_cast<double>(weight) / scales.out.scale));
    }
    for (const float bias : floats.bias) {
      const double counted = static_cast<double>(bias) / scales.out.scale * 256;
      bias_.push_back(static_cast<std::int32_t>(std::lround(std::clamp(counted, -kMost, kMost))));
    }
  }

  Int8s run(const Inputs<std::int8_t>& inputs) const override {
    Int8s x = *inputs[0];
    const std::size_t size = x.size() / static_cast<std::size_t>(op_.groups);
    for (std::size_t first = 0; first < x.size(); first += size) normalize(first, size, x);
    return x;
  }

  void write(CSource& c) const override {
    const std::string name = c_name(node());
    c.array("float", "gain" + name, gain_);
    c.array("int32_t", "bias" + name, bias_);
    c.call_in_place("group_norm",
                    fmt::format("{0}, {1}, gain{2}, bias{2}, {3}, {4}",
                                sizes_of(node(), op_, std::ssize(bias_)), c_float(eps_), name,
                                zero_in_, zero_out_),
                    node());
  }

 private:
  /// A group, in the order of exported C's operations, none of which multiplies and adds at once.
  void normalize(std::size_t first, std::size_t size, Int8s& x) const {
    const std::size_t plane = x.size() / bias_.size();
    const auto count = static_cast<std::int64_t>(size);
    const auto n = static_cast<float>(count);
    std::int64_t sum = 0, squares = 0;
    for (std::size_t i = first; i < first + size; ++i) {
      const std::int64_t v = x[i] - zero_in_;
      sum += v;
      squares += v * v;
    }
    const float variance = static_cast<float>(count * squares - sum * sum) / (n * n);
    const float inverse = 256.0f / std::sqrt(variance + eps_) / n;
    for (std::size_t i = first; i < first + size; ++i) {
      const std::int64_t centred = count * (x[i] - zero_in_) - sum;
      const float v = static_cast<float>(centred) * inverse * gain_[i / plane];
      const auto steps = static_cast<std::int64_t>(std::lround(std::clamp(v, -5e8f, 5e8f)));
      const std::int64_t y = ((steps + bias_[i / plane] + 128) >> 8) + zero_out_;
      x[i] = static_cast<std::int8_t>(std::clamp<std::int64_t>(y, -128, 127));
    }
  }

  GroupNormOp op_;
  float eps_;  ///< in steps of the input, squared
  std::int32_t zero_in_, zero_out_;
  std::vector<float> gain_;         ///< one deviation comes to 256 of it
  std::vector<std::int32_t> bias_;  ///< counted so too
};

class FloatGroupNorm final : public FloatOperation {
 public:
  FloatGroupNorm(const InferenceNode& node, const GroupNormOp& op)
      : FloatOperation(node, {.takes_relu = true}), op_(op) {}

  Floats run(const Inputs<float>& x) const override { return group_norm(node(), op_, *x[0]); }

  void write(CSource& c) const override {
    c.call_in_place(
        "group_norm",
        fmt::format("{}, {}, {}", sizes_of(node(), op_, std::ssize(node().weight)),
                    c_float(static_cast<float>(op_.eps)), write_float_weights(node(), c)),
        node());
  }

  std::unique_ptr<Int8Operation> quantized(const InferenceNode& o,
                                           const Scales8& scales) const override {
    return std::make_unique<Int8GroupNorm>(o, op_, node(), scales);
  }

 private:
  GroupNormOp op_;
};

}  // namespace

FloatOperationPtr device_operation(const GroupNormOp& op, const InferenceNode& node) {
  return std::make_unique<FloatGroupNorm>(node, op);
}

}  // namespace lenet
