// A network on the card: its stages, and the values between them.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "cuda/stage.h"
#include "lenet/sequential.h"

namespace lenet::cuda {

/// Refers to the stream and the parameters' memory.
class Program {
 public:
  /// The most images of a pass.
  struct Capacity {
    std::int64_t forward;
    std::int64_t training;  ///< 0: evaluations alone
  };

  Program(const Graph& graph, const Frozen& frozen, Stream& stream, const ParameterMemory& memory,
          const Capacity& capacity);

  /// From input() to output(). With pass.step as in training, every value stays for backward().
  void forward(const Pass& pass) const;

  /// From output_gradient() to the slots of each stage that trains.
  void backward(const Pass& pass) const;

  float* input() const { return values_.data(); }          ///< (features, pass.stride)
  float* output() const { return value(stages_.size()); }  ///< (outputs, pass.stride)
  float* output_gradient() const { return gradient(stages_.size()); }

  /// What the optimizer changes, by the network's parameters.
  const std::vector<UpdatedTensor>& tensors() const { return tensors_; }
  std::int64_t layer_of(std::size_t tensor) const { return layers_[tensor]; }

 private:
  /// A stage and the places of its output. Value i is what stage i reads.
  struct Placed {
    std::unique_ptr<CudaStage> stage;
    Function activation;
    bool does_pooling;  ///< of the stage behind it, which then has nothing to do forward
    bool maximum;       ///< that pooling's kind
  };

  float* value(std::size_t i) const { return values_.data() + offsets_[i] * capacity_.forward; }
  float* gradient(std::size_t i) const {
    return gradients_.data() + offsets_[i] * capacity_.training;
  }
  StageBuffers buffers(std::size_t i) const;
  void add_stage(const StagePlan& plan, const Frozen& frozen);

  Capacity capacity_;
  std::size_t first_trained_;
  std::vector<Placed> stages_;
  std::vector<std::int64_t> offsets_;  ///< of each value, in floats an image
  std::vector<UpdatedTensor> tensors_;
  std::vector<std::int64_t> layers_;  ///< of each tensor
  DeviceArray<float> values_, gradients_;
};

}  // namespace lenet::cuda
