// A network in integers: what QuantizedNetwork runs and what the C of a device holds.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "export/device_operation.h"
#include "export/int8_input.h"
#include "lenet/quantize.h"

namespace lenet {

/// What makes of the last integers the floats that the network gives.
class Int8Output {
 public:
  virtual ~Int8Output() = default;

  virtual Floats run(const Int8s& x) const = 0;
  virtual void write(CSource& c) const = 0;

  /// The number of the value that it reads.
  std::int64_t input() const { return input_; }

 protected:
  explicit Int8Output(std::int64_t input) : input_(input) {}

 private:
  std::int64_t input_;
};

/// The sums of a last Linear, which reads values of scale `in`. `node` is the same without its
/// floats; it outlives the result.
std::unique_ptr<Int8Output> int8_logits(const InferenceNode& node, const InferenceNode& linear,
                                        const Affine8& in);

/// A value of this scale and shape as it is.
std::unique_ptr<Int8Output> dequantized(std::int64_t value, const Affine8& scale,
                                        const Shape& shape);

struct QuantizedNetwork::State {
  Shape input, output;
  Int8Input image;
  std::vector<InferenceNode> nodes;                        ///< without their floats
  std::vector<std::unique_ptr<Int8Operation>> operations;  ///< of all, but for a last Linear
  std::unique_ptr<Int8Output> last;
};

/// Throws Error (kUsage) unless the images have this shape.
void require_image_shape(const Dataset& data, const Shape& wanted);

}  // namespace lenet
