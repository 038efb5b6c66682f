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
  /// What a stage reads. Value 0 is the network's input, value i + 1 what stage i gives.
  struct Input {
    std::size_t value;
    std::int64_t part;  ///< where it begins in the output of a Concat, in floats an image
    bool adds = false;  ///< to the gradient that a later reader of the value has left
  };

  struct Placed {
    std::unique_ptr<CudaStage> stage;  ///< null where values meet
    bool concat, scale;
    Function activation;
    std::vector<Input> inputs;
    bool wants_dy;      ///< it or one that it reads from trains
    bool does_pooling;  ///< of the stage behind it, which then has nothing to do forward
    bool maximum;       ///< that pooling's kind
  };

  float* value(std::size_t v) const { return values_.data() + offsets_[v] * capacity_.forward; }
  float* gradient(std::size_t v) const {
    return gradients_.data() + offsets_[v] * capacity_.training;
  }
  std::int64_t size_of(std::size_t v) const { return offsets_[v + 1] - offsets_[v]; }
  bool wants_gradient(std::size_t v) const { return v > 0 && stages_[v - 1].wants_dy; }
  Derivative before(std::size_t v) const;
  StageBuffers buffers(std::size_t i) const;

  void add_stage(const StagePlan& plan, const Frozen& frozen);
  std::vector<Input> inputs_of(const Stage& stage) const;
  void merge_poolings(const std::vector<Stage>& stages);
  std::int64_t order_readers();

  void join(std::size_t i, const Pass& pass) const;
  void join_backward(std::size_t i, const Pass& pass) const;
  ScaleSizes scale_sizes(std::size_t i, const Pass& pass) const;
  void scale_backward(std::size_t i, const Pass& pass) const;
  float* place_of_share(const Input& input) const;
  void add_share(const Input& input, const Pass& pass) const;
  void stage_backward(std::size_t i, const Pass& pass) const;

  Capacity capacity_;
  std::vector<Placed> stages_;
  std::vector<std::int64_t> offsets_;  ///< of each value and of their end, in floats an image
  std::vector<UpdatedTensor> tensors_;
  std::vector<std::int64_t> layers_;  ///< of each tensor
  DeviceArray<float> values_, gradients_;
  DeviceArray<float> share_;  ///< one reader's part of a gradient, before it is added
};

}  // namespace lenet::cuda
