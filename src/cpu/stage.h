// A layer on the CPU: what it does with one pack, and with one image alone.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "lenet/layer.h"

namespace lenet::cpu {

/// The forward pass of one pack. Memory for kPack floats and more, here and below, is aligned to 64
/// bytes.
struct PackForward {
  std::span<const float> parameters;  ///< this layer's, in the order of parameters()
  const float* packed;                ///< what pack_weights() made of them
  Function input_activation = {};     ///< to be applied to x first, if taken
  float* x;  ///< input, (elements, kPack); changed by input_activation, or where y is x
  float* y;  ///< output, (elements, kPack), every float to be written
  const RandomPlace* random = nullptr;  ///< null outside training
};

/// Where a pack leaves its rows of x and dy for gradient_part(), if the stage sums over the batch.
struct PanelRows {
  float* x = nullptr;
  float* dy = nullptr;
  std::int64_t stride = 0;  ///< floats from panel to panel
};

/// The backward pass of one pack. The output's value is gone: its memory holds dy.
struct PackBackward {
  std::span<const float> parameters;
  const float* packed;
  Function input_activation = {};  ///< as in the forward pass
  const float* x;                  ///< input, as the forward pass left it
  const float* dy;                 ///< gradient of the loss by the output
  float* dx;  ///< gradient by the input, to be written; null where nobody needs it
  std::span<float> dparameters;         ///< summed over the lanes, to be written
  PanelRows rows = {};                  ///< in place of dparameters
  std::int64_t images = kPack;          ///< lanes with an image; dy is 0 in the others
  const RandomPlace* random = nullptr;  ///< as in the forward pass
  bool trains = true;  ///< false: nobody reads dparameters and rows, which need not be written
};

/// The forward pass of one image alone, in plain layout (C, H, W) or (features). x and y have room
/// for 2 * kPack more floats to read, kPack of which may be overwritten.
struct ImageForward {
  std::span<const float> parameters;
  const float* packed;
  const float* x;
  float* y;
  float* scratch;  ///< image_scratch floats
};

/// A part of a layer's parameters that one thread updates: some rows of a weight and the same
/// elements of a bias.
struct UpdatePart {
  std::int64_t first_row = 0, last_row = 0;
  ParameterRange weight, bias;  ///< within the layer's
};

/// Inputs and output gradients of a batch: feature f of image n is at
/// [f / kPack * stride + n * kPack + f % kPack].
struct BatchPanels {
  const float* x;
  const float* dy;
  std::int64_t stride;
  std::int64_t images;
};

/// What a stage says of itself once.
struct StageTraits {
  /// backward() may write dx over x.
  bool backward_in_place = false;

  /// Outside training forward() may write y over x.
  bool forward_in_place = false;

  /// The stage applies the activation before it itself: forward() to x in place, and backward()
  /// replaces x by the gradient by that activation's input.
  bool takes_activation = false;

  /// backward() leaves x and dy in panels, and gradient_part() sums over the batch.
  bool gradient_over_batch = false;

  /// Floats of scratch memory for forward_image(); nothing where a single image goes through
  /// forward() as a pack with fifteen blank lanes.
  std::optional<std::int64_t> image_scratch = std::nullopt;

  /// Floats that pack_weights() writes.
  std::int64_t packed_size = 0;

  /// The parameters, each once, cut into parts that threads update independently.
  std::vector<UpdatePart> parts = {};
};

/// All const members may be called by several threads at once.
class CpuStage {
 public:
  virtual ~CpuStage() = default;

  const StageTraits& traits() const { return traits_; }

  virtual void forward(const PackForward& pass) const = 0;
  virtual void backward(const PackBackward& pass) const = 0;

  /// With image_scratch.
  virtual void forward_image(const ImageForward& pass) const;

  /// Lays out the rows of `part` for the kernels. Parts write to separate places.
  virtual void pack_weights(const UpdatePart& part, std::span<const float> parameters,
                            float* packed) const;

  /// With gradient_over_batch: writes (or adds to, if accumulate) the gradient of one part.
  virtual void gradient_part(const UpdatePart& part, const BatchPanels& batch, bool accumulate,
                             std::span<float> dparameters) const;

 protected:
  explicit CpuStage(StageTraits traits) : traits_(std::move(traits)) {}
  CpuStage(const CpuStage&) = delete;
  CpuStage& operator=(const CpuStage&) = delete;

 private:
  StageTraits traits_;
};

/// What a stage is made of.
struct StageShape {
  const Layer& layer;
  Shape input, output;      ///< of one image
  std::int64_t parameters;  ///< floats of the layer's
};

// The stage of each operation, but for BatchNormOp (cpu/make_stage.h).
std::unique_ptr<CpuStage> stage_for(const Conv2dOp& op, const StageShape& shape);
std::unique_ptr<CpuStage> stage_for(const LinearOp& op, const StageShape& shape);
std::unique_ptr<CpuStage> stage_for(const AvgPool2dOp& op, const StageShape& shape);
std::unique_ptr<CpuStage> stage_for(const MaxPool2dOp& op, const StageShape& shape);
std::unique_ptr<CpuStage> stage_for(const AdaptiveAvgPool2dOp& op, const StageShape& shape);
std::unique_ptr<CpuStage> stage_for(const AdaptiveMaxPool2dOp& op, const StageShape& shape);
std::unique_ptr<CpuStage> stage_for(const GroupNormOp& op, const StageShape& shape);
std::unique_ptr<CpuStage> stage_for(const AffineOp& op, const StageShape& shape);
std::unique_ptr<CpuStage> stage_for(const PReLUOp& op, const StageShape& shape);
std::unique_ptr<CpuStage> stage_for(const UpsampleOp& op, const StageShape& shape);
std::unique_ptr<CpuStage> stage_for(const FunctionOp& op, const StageShape& shape);
std::unique_ptr<CpuStage> stage_for(const DropoutOp& op, const StageShape& shape);
std::unique_ptr<CpuStage> stage_for(const ZeroPad2dOp& op, const StageShape& shape);
std::unique_ptr<CpuStage> stage_for(const FlattenOp& op, const StageShape& shape);
std::unique_ptr<CpuStage> stage_for(const UserOp& op, const StageShape& shape);

/// All parameters in one part; none without any.
std::vector<UpdatePart> one_part(std::int64_t parameters);

}  // namespace lenet::cpu
