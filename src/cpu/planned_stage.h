// A stage with its code and its memory.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "cpu/make_stage.h"
#include "nn/stage.h"

namespace lenet::cpu {

/// Which reader of a value a stage is on the way back, where the last stage comes first.
enum class Reader { kOnly, kFirst, kBetween, kLast };

/// A value that a stage reads, and the gradient by it that it leaves. Offsets are in the arena.
struct PlannedInput {
  std::int64_t source = -1;        ///< the stage that gives it; -1: the network's input
  std::int64_t value = 0;          ///< offset
  std::int64_t count = 0;          ///< floats
  std::int64_t part = 0;           ///< offset in the output of a Concat
  bool wants_dx = false;           ///< something before it trains
  Reader reader = Reader::kOnly;   ///< which one of the value
  std::int64_t sum = -1, to = -1;  ///< where the gradients of the readers before are added up,
                                   ///< and where the sum with this one goes
};

/// The output is one buffer of a thread's arena. On the way forward it receives the layer's values,
/// then the activation in place. On the way back each stage writes over its input buffer the
/// gradient by that buffer before its activation: a value is overwritten by its gradient once it
/// has been consumed, and no second set of buffers is needed. How values of several readers differ,
/// and those that meet, is said in cpu/layout.h.
struct PlannedStage : Stage {
  std::unique_ptr<CpuStage> cpu = nullptr;     ///< null where values meet
  const BatchNormStage* norm = nullptr;        ///< cpu, if it normalises over the batch in training
  const BatchNormStage* fixed_norm = nullptr;  ///< cpu, if it does by its frozen statistics
  bool activation_left = false;                ///< to its one reader, which applies it itself
  std::vector<PlannedInput> inputs = {};       ///< one, unless it is where values meet
  std::int64_t output = 0, dy = 0;  ///< offsets in the arena: the output, the gradient by it
  std::int64_t output_count = 0;    ///< floats of it
  std::int64_t packed = 0;          ///< offset in the packed weights
  std::int64_t slot = 0;       ///< offset in a pack's gradient slot, unless it is over the batch
  std::int64_t x_panels = 0;   ///< first panel of the input
  std::int64_t dy_panels = 0;  ///< and of the output's gradient

  const StageTraits& traits() const;
  const PlannedInput& input() const { return inputs.front(); }

  /// The gradient by what it reads is that by its output, or a part of it: a Sum or a Concat.
  bool passes_gradient() const;
  bool wants_dx() const;
};

}  // namespace lenet::cpu
