// What a layer is: a shape rule, parameters, a forward and a backward pass over a pack of sixteen
// images.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "lenet/export.h"
#include "lenet/operation.h"
#include "lenet/pack.h"
#include "lenet/random.h"
#include "lenet/shape.h"

namespace LENET_PUBLIC lenet {

/// A parameter tensor of a layer, and how PyTorch draws it at first.
struct ParameterInfo {
  enum class Kind { kWeight, kBias, kOther };

  std::string name;   ///< "weight", "bias"; a network puts the layer's index before it: "0.weight"
  Shape shape;        ///< PyTorch's: Conv2d (out, in, height, width), Linear (out, in)
  double bound = 0;   ///< drawn uniform in [-bound, bound), unless it is 0
  float initial = 0;  ///< where nothing is drawn
  Kind kind = Kind::kOther;  ///< Xavier's rule and Muon's apply to kWeight
};

/// The forward pass of one pack. Memory for kPack floats and more, here and below, is aligned to 64
/// bytes; who calls the pass of a library layer owes it the same.
struct ForwardPass {
  std::span<const float> parameters;    ///< this layer's, in the order of parameters()
  const float* x;                       ///< input, (elements, kPack)
  float* y;                             ///< output, (elements, kPack), every float to be written
  const RandomPlace* random = nullptr;  ///< null outside training
};

/// The backward pass of one pack. The output's value is gone: its memory holds dy.
struct BackwardPass {
  std::span<const float> parameters;
  const float* x;   ///< input
  const float* dy;  ///< gradient of the loss by the output
  float* dx;        ///< gradient by the input, to be written; null where nobody needs it
  std::span<float>
      dparameters;  ///< gradient by the parameters, summed over the lanes, to be written
  std::int64_t images = kPack;          ///< lanes with an image; dy is 0 in the others
  const RandomPlace* random = nullptr;  ///< as in the forward pass
  bool trains = true;  ///< false: nobody reads dparameters, which need not be written
};

/// A run of floats within some parameters or buffers.
struct ParameterRange {
  std::int64_t first = 0, last = 0;  ///< half open
};

/// A layer holds its arguments and, once shapes are known, its sizes; never values. All const
/// members may be called by several threads at once. What a layer of your own must define is the
/// first group.
class Layer {
 public:
  virtual ~Layer() = default;

  /// The layer as the model text writes it: "Conv2d(6, 5, padding=2)".
  virtual std::string text() const = 0;

  /// The output's shape for inputs of shape `input`, which the layer remembers. Throws Error
  /// (kUsage) if it cannot take them.
  virtual Shape infer(const Shape& input) = 0;

  virtual void forward(const ForwardPass& pass) const = 0;
  virtual void backward(const BackwardPass& pass) const = 0;

  /// What the layer does, for executors that know it: of the library's own classes alone. A layer
  /// of your own, or derived from one of them, may do anything: it is a UserOp.
  virtual Operation operation() const;

  /// The layer's parameters, in order. Called after infer().
  virtual std::vector<ParameterInfo> parameters() const { return {}; }

  /// Changes parameters just drawn or read to ones that the layer can have: zeros where nothing is
  /// connected.
  virtual void constrain(std::span<float> /*parameters*/) const {}

  /// What the layer remembers from batch to batch and no optimizer changes: each filled with its
  /// `initial` at first.
  virtual std::vector<ParameterInfo> buffers() const { return {}; }

  /// Multiply-adds of one image's forward pass.
  virtual std::int64_t multiply_adds() const { return 0; }

 protected:
  Layer() = default;
  Layer(const Layer&) = default;
  Layer& operator=(const Layer&) = default;
};

}  // namespace lenet
