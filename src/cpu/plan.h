// A built network laid out for packs: which stage works on which memory.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "cpu/batch_gradients.h"
#include "cpu/evaluation_layout.h"
#include "cpu/planned_stage.h"
#include "lenet/sequential.h"
#include "nn/frozen.h"
#include "nn/graph.h"

namespace lenet::cpu {

/// A run of stages, half open.
struct StageRange {
  std::size_t first, last;
};

/// The stages between two barriers. Its normalisations over the batch begin it: all packs of the
/// batch meet before them on the way forward, and after the rest of the segment on the way back.
struct Segment {
  StageRange norms, rest;

  StageRange all() const { return {norms.first, rest.last}; }
};

/// What a pass over one pack works on.
struct PackPass {
  std::span<const float> parameters;
  const float* packed;
  float* arena;
  std::int64_t images = kPack;
  const RandomPlace* random = nullptr;  ///< its stage is filled in; null outside training
};

/// Where one pack's backward pass leaves its gradients.
struct PackGradients {
  BatchGradients& batch;
  std::int64_t pack;
};

/// The stages of a network, and the sizes of the memory that they need. Refers to the network,
/// which must outlive it and must not be built anew.
class Plan {
 public:
  explicit Plan(const Sequential& net, const Frozen& frozen = {});

  /// Of a graph. The last stage's output is the network's; the output of any other has a reader, or
  /// a gradient written to its place before the way back.
  explicit Plan(Graph graph, const Frozen& frozen = {}, Values values = Values::kAsNeeded);

  const Graph& graph() const { return graph_; }
  const std::vector<PlannedStage>& stages() const { return stages_; }
  std::int64_t arena_size() const { return arena_size_; }    ///< floats of a thread's arena
  std::int64_t packed_size() const { return packed_size_; }  ///< floats
  std::int64_t slot_size() const { return slot_size_; }      ///< floats
  std::int64_t panels() const { return panels_; }

  /// The arena's buffers for the input, at offset 0, and for the network's output.
  std::int64_t output() const { return output_; }

  /// Where values lie while evaluate() runs; behind it all of them, for a plan of Values::kAll.
  const EvaluationLayout& evaluation() const { return evaluation_; }

  /// The first stage with a parameter to train: the way back ends there.
  std::size_t first_trained() const { return first_trained_; }

  /// One segment for each barrier, and the one before the first, which has no normalisation.
  const std::vector<Segment>& segments() const { return segments_; }

  /// Packs all weights, and the statistics for an evaluation.
  void pack(const Sequential& net, float* packed) const;

  /// Packs what normalisations evaluate by; training packs the batch's statistics there.
  void pack_statistics(const Sequential& net, float* packed) const;

  /// The same for those that training normalises by as well.
  void pack_fixed_statistics(const Sequential& net, float* packed) const;

  /// From the input buffer to the output buffer.
  void forward(const PackPass& pass) const;
  void forward(const StageRange& stages, const PackPass& pass) const;

  /// A forward pass without a way back: values lie where evaluation() says.
  void evaluate(const PackPass& pass) const;

  /// From the gradient by the output of the stage before `last` to the parameters of `first`, and
  /// to the gradient by its input; no further than first_trained(), whose input needs none.
  void backward(const StageRange& stages, const PackPass& pass,
                const PackGradients& gradients) const;

 private:
  template <class ValueOf>
  void forward_stage(const PlannedStage& stage, const PackPass& pass, const ValueOf& value_of,
                     float* y) const;
  void backward_stage(std::size_t i, const PackPass& pass, const PackGradients& gradients) const;
  void scale_backward(const PlannedStage& stage, float* arena) const;
  void leave_gradient(const PlannedInput& input, float* dx, float* arena) const;
  void add_stage(Stage stage);
  const PlannedStage* source_of(const PlannedInput& input) const;

  Graph graph_;
  std::vector<PlannedStage> stages_;
  EvaluationLayout evaluation_;
  std::vector<Segment> segments_;
  std::size_t first_trained_ = 0;
  std::int64_t output_ = 0;
  std::int64_t scratch_ = 0;  ///< offset of a buffer for gradients that cannot go over their value
  std::int64_t arena_size_ = 0, packed_size_ = 0, slot_size_ = 0, panels_ = 0;
};

}  // namespace lenet::cpu
