// A network on one card, and what needs no training: evaluation.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "cuda/image_store.h"
#include "cuda/loss.h"
#include "cuda/parameters.h"
#include "cuda/program.h"
#include "lenet/trainer.h"
#include "nn/graph.h"

namespace lenet::cuda {

/// Refers to the network and the options.
class CudaNetwork {
 public:
  /// training: the most images of a step; 0 for evaluations alone.
  CudaNetwork(const Sequential& net, const Trainer::Options& options, std::int64_t training);

  const Sequential& net() const { return net_; }
  const Graph& graph() const { return graph_; }
  const Frozen& frozen() const { return frozen_; }
  Stream& stream() { return stream_; }
  const Stream& stream() const { return stream_; }
  Parameters& parameters() { return parameters_; }
  const Parameters& parameters() const { return parameters_; }
  const Program& program() const { return *program_; }
  ImageStore& images() { return images_; }

  /// Makes room for training steps of so many images; what pointed into program() is void then.
  void grow(std::int64_t training);

  /// A pass of so many images, as in an evaluation.
  Pass pass(std::int64_t images) { return {stream_, images, round_up(images, kWarp)}; }

  /// Brings images order[first], order[first + 1] ... of the source before the network, and tells
  /// where their targets then lie.
  TargetPlaces queue_gather(const Pass& pass, const ImageSource& source, std::int64_t first) const;

  /// The same for the first examples of a batch of floats, in pageable memory.
  TargetPlaces queue_floats(const Pass& pass, const Batch& batch, std::int64_t first = 0);

  /// The loss of the outputs, with the members that the caller has set.
  void queue_loss(const Pass& pass, const TargetPlaces& targets, LossPlaces places,
                  float smoothing = 0) const;

  Evaluation evaluate(const Dataset& data, std::span<const std::int32_t> order);
  std::vector<float> outputs(const Batch& batch);

 private:
  /// Images of one pass of an evaluation.
  static constexpr std::int64_t kEvaluated = 1024;

  const Sequential& net_;
  Graph graph_;
  Frozen frozen_;
  Stream stream_;
  std::optional<LossFunction> loss_;
  Parameters parameters_;
  ImageStore images_;
  std::unique_ptr<Program> program_;
  DeviceArray<float> mean_, scale_;   ///< empty: not standardised
  DeviceArray<float> class_weights_;  ///< empty: all alike
  DeviceArray<Label> labels_;
  DeviceArray<float> floats_, rows_;  ///< of a batch of floats
  DeviceArray<std::int32_t> order_;   ///< of an evaluation
  DeviceArray<std::int32_t> predicted_;
  DeviceArray<PartialMetrics> partials_;
};

}  // namespace lenet::cuda
