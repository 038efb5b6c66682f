// What a device does at a node of a network: in floats and in integers of 8 bits, here and in C.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "export/affine8.h"
#include "nn/inference.h"

namespace lenet {

class CSource;

/// What a node reads of one image, (channels, height, width) or (features) each.
template <class T>
using Inputs = std::vector<const std::vector<T>*>;

using Floats = std::vector<float>;
using Int8s = std::vector<std::int8_t>;

/// A node in elements of type T. All const members may be called by several threads at once.
template <class T>
class DeviceOperation {
 public:
  virtual ~DeviceOperation() = default;

  /// Its value for one image; of integers the bits of exported C.
  virtual std::vector<T> run(const Inputs<T>& x) const = 0;

  /// Adds its constants to exported C, and its call.
  virtual void write(CSource& c) const = 0;

  const InferenceNode& node() const { return node_; }

 protected:
  /// The node outlives the operation.
  explicit DeviceOperation(const InferenceNode& node) : node_(node) {}

 private:
  const InferenceNode& node_;
};

using Int8Operation = DeviceOperation<std::int8_t>;

/// The scales of what a node reads, and that of its value.
struct Scales8 {
  std::vector<Affine8> in;
  Affine8 out;
};

/// What an operation is in integers.
struct Int8Traits {
  std::int64_t products = 0;  ///< of 8 bits each, summed into one output
  bool keeps_scale = false;   ///< its value has the scale of what it reads
  bool takes_relu = false;    ///< a ReLU behind it is the saturation of its sums at 0
};

class FloatOperation : public DeviceOperation<float> {
 public:
  const Int8Traits& int8() const { return int8_; }

  /// The same in integers. `node` is this one's without its floats, with the value of a ReLU that
  /// it takes; it outlives the result.
  virtual std::unique_ptr<Int8Operation> quantized(const InferenceNode& node,
                                                   const Scales8& scales) const = 0;

 protected:
  explicit FloatOperation(const InferenceNode& node, const Int8Traits& int8 = {})
      : DeviceOperation(node), int8_(int8) {}

 private:
  Int8Traits int8_;
};

// The operation of each node of deployed_nodes(), one file each.
using FloatOperationPtr = std::unique_ptr<FloatOperation>;
FloatOperationPtr device_operation(const Conv2dOp& op, const InferenceNode& node);
FloatOperationPtr device_operation(const LinearOp& op, const InferenceNode& node);
FloatOperationPtr device_operation(const AvgPool2dOp& op, const InferenceNode& node);
FloatOperationPtr device_operation(const MaxPool2dOp& op, const InferenceNode& node);
FloatOperationPtr device_operation(const AdaptiveAvgPool2dOp& op, const InferenceNode& node);
FloatOperationPtr device_operation(const AdaptiveMaxPool2dOp& op, const InferenceNode& node);
FloatOperationPtr device_operation(const GroupNormOp& op, const InferenceNode& node);
FloatOperationPtr device_operation(const AffineOp& op, const InferenceNode& node);
FloatOperationPtr device_operation(const PReLUOp& op, const InferenceNode& node);
FloatOperationPtr device_operation(const UpsampleOp& op, const InferenceNode& node);
FloatOperationPtr device_operation(const FunctionOp& op, const InferenceNode& node);
FloatOperationPtr device_operation(const ZeroPad2dOp& op, const InferenceNode& node);
FloatOperationPtr device_operation(const SumOp& op, const InferenceNode& node);
FloatOperationPtr device_operation(const ConcatOp& op, const InferenceNode& node);
FloatOperationPtr device_operation(const ScaleOp& op, const InferenceNode& node);

/// Of nodes of deployed_nodes(), which outlive them.
std::vector<FloatOperationPtr> device_operations(const std::vector<InferenceNode>& nodes);

}  // namespace lenet
