// A built network laid out for packs: which stage works on which memory.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "cpu/batch_gradients.h"
#include "cpu/make_stage.h"
#include "lenet/sequential.h"
#include "nn/frozen.h"
#include "nn/graph.h"
#include "nn/stage.h"

namespace lenet::cpu {

/// Which reader of a value a stage is on the way back, where the last stage comes first.
enum class Reader { kOnly, kFirst, kBetween, kLast };

/// A stage with its code and its memory.
///
/// The output is one buffer of a thread's arena. On the way forward it receives the layer's values,
/// then the activation in place. On the way back each stage writes over its input buffer the
/// gradient by that buffer before its activation: a value is overwritten by its gradient once it
/// has been consumed, and no second set of buffers is needed. A value of several readers has a
/// gradient of its own, in which they add theirs; the last one then goes on as an only one does.
struct PlannedStage : Stage {
  std::unique_ptr<CpuStage> cpu = nullptr;
  const BatchNormStage* norm = nullptr;        ///< cpu, if it normalises over the batch in training
  const BatchNormStage* fixed_norm = nullptr;  ///< cpu, if it does by its frozen statistics
  bool activation_left = false;                ///< to its one reader, which applies it itself
  Reader reader = Reader::kOnly;               ///< which one of its input it is
  bool wants_dx = false;                       ///< something before it trains
  std::int64_t input = 0, output = 0;          ///< offsets in the arena, floats
  std::int64_t input_count = 0, output_count = 0;  ///< floats of the two buffers
  std::int64_t gradient = -1;                      ///< offset of the output's own; -1: over it
  std::int64_t packed = 0;                         ///< offset in the packed weights
  std::int64_t slot = 0;       ///< offset in a pack's gradient slot, unless it is over the batch
  std::int64_t x_panels = 0;   ///< first panel of the input
  std::int64_t dy_panels = 0;  ///< and of the output's gradient
};

/// A run of stages between two normalisations over the batch. A normalisation begins its segment:
/// all packs of the batch meet before it on the way forward, and after the rest of its segment on
/// the way back.
struct Segment {
  std::size_t first, last;  ///< stages, half open
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

  /// Of a graph whose nodes read one value each, which may have several readers. The last stage's
  /// output is the network's; the output of any other has a reader, or a gradient written over it
  /// before the way back.
  explicit Plan(Graph graph, const Frozen& frozen = {});

  const Graph& graph() const { return graph_; }
  const std::vector<PlannedStage>& stages() const { return stages_; }
  std::int64_t arena_size() const { return arena_size_; }    ///< floats of a thread's arena
  std::int64_t packed_size() const { return packed_size_; }  ///< floats
  std::int64_t slot_size() const { return slot_size_; }      ///< floats
  std::int64_t panels() const { return panels_; }

  /// The arena's buffers for the input, at offset 0, and for the network's output.
  std::int64_t output() const { return output_; }

  /// The first stage with a parameter to train: the way back ends there.
  std::size_t first_trained() const { return first_trained_; }

  /// One segment for each normalisation over the batch, and the one before the first.
  const std::vector<Segment>& segments() const { return segments_; }

  /// Packs all weights, and the statistics for an evaluation.
  void pack(const Sequential& net, float* packed) const;

  /// Packs what normalisations evaluate by; training packs the batch's statistics there.
  void pack_statistics(const Sequential& net, float* packed) const;

  /// The same for those that training normalises by as well.
  void pack_fixed_statistics(const Sequential& net, float* packed) const;

  /// From the input buffer to the output buffer.
  void forward(const PackPass& pass) const;
  void forward(const Segment& segment, const PackPass& pass) const;

  /// From the gradient by the output of the stage before `last` to the parameters of `first`, and
  /// to the gradient by its input; no further than first_trained(), whose input needs none.
  void backward(const Segment& stages, const PackPass& pass, const PackGradients& gradients) const;

 private:
  void backward_stage(std::size_t i, const PackPass& pass, const PackGradients& gradients) const;
  void add_stage(Stage stage);
  void place_gradients();
  const PlannedStage* source_of(const PlannedStage& stage) const;

  Graph graph_;
  std::vector<PlannedStage> stages_;
  std::vector<Segment> segments_;
  std::size_t first_trained_ = 0;
  std::int64_t output_ = 0;
  std::int64_t scratch_ = 0;  ///< offset of a buffer for gradients that cannot go over their value
  std::int64_t arena_size_ = 0, packed_size_ = 0, slot_size_ = 0, panels_ = 0;
};

}  // namespace lenet::cpu
