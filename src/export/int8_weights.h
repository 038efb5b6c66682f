// The weights of a convolution, a Linear or a scale and shift, in integers and as C.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "export/deployed.h"
#include "export/device_operation.h"

namespace lenet {

using Int16s = std::vector<std::int16_t>;
using Int32s = std::vector<std::int32_t>;

/// One row of weights and one bias for each output channel.
struct Int8Weights {
  std::int32_t zero_in;             ///< of what is read
  std::vector<std::int8_t> weight;  ///< as the node lays it out
  std::vector<std::int32_t> bias;   ///< at the scale of the channel's sums
  std::vector<double> sum_scale;    ///< what one step of those is worth

  Int8Weights(const InferenceNode& node, const Affine8& in);

  /// The input with its zero point taken off, 9 bits each.
  Int16s centred(const Int8s& x) const;
};

/// Int8Weights whose sums are brought to the scale of the output.
class Int8WeightedOperation : public Int8Operation {
 public:
  Int8WeightedOperation(const InferenceNode& node, Int8Weights weights, const Affine8& out);

  Int8s run(const Inputs<std::int8_t>& x) const final;

 protected:
  /// (channels, positions) of products and biases.
  virtual Int32s sums(const Int16s& x) const = 0;

  const Int8Weights& weights() const { return weights_; }

  /// "weight3, channels3, zero in, zero out", which it adds.
  std::string write_weights(CSource& c) const;

 private:
  Int8Weights weights_;
  std::vector<Rescaling> rescaling_;  ///< of each channel
  std::int32_t zero_out_;
};

/// What becomes an Int8, an Int8WeightedOperation, in integers.
template <class Int8>
class FloatWeightedOperation : public FloatOperation {
 public:
  explicit FloatWeightedOperation(const InferenceNode& node)
      : FloatOperation(node, {.products = row_size(node), .takes_relu = true}) {}

  std::unique_ptr<Int8Operation> quantized(const InferenceNode& o,
                                           const Scales8& scales) const final {
    return std::make_unique<Int8>(o, Int8Weights(node(), scales.in[0]), scales.out);
  }
};

/// "weight3, bias3", or "weight3, 0" without a bias, which it adds in floats.
std::string write_float_weights(const InferenceNode& node, CSource& c);

}  // namespace lenet
