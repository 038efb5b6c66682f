// What a layer is: a shape rule, parameters, a forward and a backward pass over a pack of sixteen
// images.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lenet/activation.h"
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
  Kind kind = Kind::kOther;  ///< Xavier's rule applies to kWeight
};

/// The forward pass of one pack. Memory for kPack floats and more, here and below, is aligned to 64
/// bytes; who calls the pass of a library layer owes it the same.
struct ForwardPass {
  std::span<const float> parameters;  ///< this layer's, in the order of parameters()
  const float* prepared;              ///< what prepare() made of them
  Activation input_activation;        ///< to be applied to x first; kNone unless takes_activation()
  float* x;  ///< input, (elements, kPack); to be changed only by input_activation
  float* y;  ///< output, (elements, kPack), every float to be written
  const RandomPlace* random = nullptr;  ///< null outside training
};

/// The backward pass of one pack. The output's value is gone: its memory holds dy.
struct BackwardPass {
  std::span<const float> parameters;
  const float* prepared;
  Activation input_activation;  ///< as in the forward pass
  const float* x;               ///< input, as the forward pass left it
  const float* dy;              ///< gradient of the loss by the output
  float* dx;  ///< gradient by the input, to be written; null where nobody needs it
  std::span<float>
      dparameters;  ///< gradient by the parameters, summed over the lanes, to be written
  float* x_rows;    ///< with gradient_over_batch(): this pack's place in the panels; else null
  float* dy_rows;
  std::int64_t panel_stride;
  std::int64_t images = kPack;          ///< lanes with an image; dy is 0 in the others
  const RandomPlace* random = nullptr;  ///< as in the forward pass
  bool trains = true;  ///< false: nobody reads dparameters and rows, which need not be written
};

/// The forward pass of one image alone, in plain layout (C, H, W) or (features). x and y have room
/// for 2 * kPack more floats to read, kPack of which may be overwritten.
struct ImagePass {
  std::span<const float> parameters;
  const float* prepared;
  const float* x;
  float* y;
  float* scratch;  ///< image_scratch() floats
};

/// A run of floats within a layer's parameters.
struct ParameterRange {
  std::int64_t first = 0, last = 0;  ///< half open
};

/// A part of a layer's parameters that one thread updates: some rows of a weight and the same
/// elements of a bias.
struct UpdatePart {
  std::int64_t first_row = 0, last_row = 0;
  ParameterRange weight, bias;
};

/// Inputs and output gradients of a batch for gradient_over_batch(): feature f of image n is at
/// [f / kPack * stride + n * kPack + f % kPack].
struct BatchPanels {
  const float* x;
  const float* dy;
  std::int64_t stride;
  std::int64_t images;
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

  /// What the layer does, for executors that know it: of the library's own classes alone. One that
  /// derives from them may do anything, and is a UserOp.
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

  // What makes the layers of the library fast; the defaults are right for any other. A class that
  // derives from a layer of the library is never taken at the word that it inherits for the four
  // ways in place, with the activation, over the batch and by one image.

  /// backward() may write dx over x.
  virtual bool backward_in_place() const { return false; }

  /// The layer applies the activation before it itself: forward() to x in place, and backward()
  /// replaces x by the gradient by that activation's input.
  virtual bool takes_activation() const { return false; }

  /// Floats of `prepared`: the parameters laid out anew for the kernels.
  virtual std::int64_t prepared_size() const { return 0; }

  /// Lays out the rows of `part` anew. Parts write to separate places.
  virtual void prepare(const UpdatePart& part, std::span<const float> parameters,
                       float* prepared) const;

  /// Floats of scratch memory for forward_image(), or nothing if the layer has no such path and
  /// takes a single image as a pack with fifteen blank lanes.
  virtual std::optional<std::int64_t> image_scratch() const { return std::nullopt; }
  virtual void forward_image(const ImagePass& pass) const;

  /// The parameters, cut into parts that threads update independently.
  virtual std::vector<UpdatePart> update_parts() const;

  /// backward() leaves x and dy in panels in place of writing dparameters, and gradient_part() sums
  /// over the batch.
  virtual bool gradient_over_batch() const { return false; }

  /// Writes (or adds to, if accumulate) the gradient of one part.
  virtual void gradient_part(const UpdatePart& part, const BatchPanels& batch, bool accumulate,
                             std::span<float> dparameters) const;

 protected:
  Layer() = default;
  Layer(const Layer&) = default;
  Layer& operator=(const Layer&) = default;
};

}  // namespace lenet
