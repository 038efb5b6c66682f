// What the packs of a batch leave of their gradients, until they are summed.
#pragma once

#include <cstdint>
#include <span>

#include "base/aligned.h"
#include "cpu/stage.h"

namespace lenet::cpu {

class Plan;
struct PlannedStage;

/// For each pack a slot with the gradient of the parameters; for the stages that sum over the batch
/// panels in its place, in which each image has a row of the stage's inputs and one of its outputs'
/// gradients. Packs write to separate places.
class BatchGradients {
 public:
  /// packs: the most that are kept at once.
  BatchGradients(const Plan& plan, std::int64_t packs);

  std::int64_t packs() const { return packs_; }

  /// The stage's place in the pack's slot; empty if it sums over the batch.
  std::span<float> slot(const PlannedStage& stage, std::int64_t pack);

  /// The pack's rows; of null unless the stage sums over the batch.
  PanelRows rows(const PlannedStage& stage, std::int64_t pack);

  /// The gradient of a part of the stage's parameters over the first `images`, in their order, on
  /// top of what is there if `accumulate`. ranges: of the part, all that slots are summed of.
  /// gradient: by all parameters of the network.
  void sum(const PlannedStage& stage, const UpdatePart& part,
           std::span<const ParameterRange> ranges, std::int64_t images, bool accumulate,
           std::span<float> gradient) const;

 private:
  std::int64_t packs_, slot_size_;
  AlignedFloats slots_, panels_;
};

}  // namespace lenet::cpu
