// A layer on the card: what it queues forward and backward.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "cuda/kernels.h"
#include "lenet/operation.h"
#include "lenet/sequential.h"
#include "nn/stage.h"

namespace lenet::cuda {

/// A pass of a whole batch.
struct Pass {
  Stream& stream;
  std::int64_t images, stride;        ///< images; rounded up to whole warps
  const StepScalars* step = nullptr;  ///< null outside training
  std::uint64_t seed = 0;             ///< of Dropout
};

/// Where a stage reads and writes; values (features, stride).
struct StageBuffers {
  const float* x;
  float* y;
  const float* dy;
  float* dx;          ///< null where nobody needs it
  Derivative before;  ///< of the activation that made x
  float* pooled;      ///< of the pooling behind that the stage does too; null if it does none
  bool maximum;       ///< that pooling's kind
};

/// A network's values in the card's memory.
struct ParameterMemory {
  float* parameters;
  float* buffers;
};

/// A layer with the activation behind it, with memory of its own for what only it needs.
class CudaStage {
 public:
  virtual ~CudaStage() = default;

  /// Can be told to make the pooling of 2x2 behind it as well.
  virtual bool pools() const { return false; }
  virtual void forward(const Pass& pass, const StageBuffers& at) const = 0;
  virtual void backward(const Pass& pass, const StageBuffers& at) const = 0;

  /// The tensors that the optimizer changes. Their `first` counts from the layer's.
  virtual std::vector<UpdatedTensor> tensors() const { return {}; }

 protected:
  CudaStage() = default;
  CudaStage(const CudaStage&) = delete;
  CudaStage& operator=(const CudaStage&) = delete;
};

/// What a stage is made of.
struct StagePlan {
  const Stage& stage;
  Shape input, output;
  std::int64_t batch;  ///< the most images of a training step; 0: evaluations alone
  Stream& stream;
  ParameterMemory memory;  ///< this layer's place in it
};

// The stage of each operation; Flatten makes none.
std::unique_ptr<CudaStage> stage_for(const Conv2dOp& op, const StagePlan& plan);
std::unique_ptr<CudaStage> stage_for(const LinearOp& op, const StagePlan& plan);
std::unique_ptr<CudaStage> stage_for(const AvgPool2dOp& op, const StagePlan& plan);
std::unique_ptr<CudaStage> stage_for(const MaxPool2dOp& op, const StagePlan& plan);
std::unique_ptr<CudaStage> stage_for(const AdaptiveAvgPool2dOp& op, const StagePlan& plan);
std::unique_ptr<CudaStage> stage_for(const AdaptiveMaxPool2dOp& op, const StagePlan& plan);
std::unique_ptr<CudaStage> stage_for(const BatchNormOp& op, const StagePlan& plan);
std::unique_ptr<CudaStage> stage_for(const GroupNormOp& op, const StagePlan& plan);
std::unique_ptr<CudaStage> stage_for(const AffineOp& op, const StagePlan& plan);
std::unique_ptr<CudaStage> stage_for(const PReLUOp& op, const StagePlan& plan);
std::unique_ptr<CudaStage> stage_for(const UpsampleOp& op, const StagePlan& plan);
std::unique_ptr<CudaStage> stage_for(const FunctionOp& op, const StagePlan& plan);
std::unique_ptr<CudaStage> stage_for(const ZeroPad2dOp& op, const StagePlan& plan);
std::unique_ptr<CudaStage> stage_for(const DropoutOp& op, const StagePlan& plan);

/// Scale and shift of each channel as the two slots' parts that ChannelGradients leaves.
std::vector<UpdatedTensor> scale_and_shift(std::int64_t channels, std::int64_t parts,
                                           const float* slots);

/// Null for a Sum or Concat, which the program does. Throws Error (kUsage) for a layer that is not
/// the library's.
std::unique_ptr<CudaStage> make_stage(const StagePlan& plan);

/// A pooling of 2x2 windows side by side, which the stage before may do.
bool is_simple_pooling(const Stage& stage);

}  // namespace lenet::cuda
