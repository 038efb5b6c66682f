// Where in an arena the values of a network lie while it is evaluated.
//
// A place is used again once nobody reads its value any more. A stage that takes element by element
// writes over what it reads, if nobody else does; a Sum and a Scale write over one of their values,
// and the values of a Concat are written where they lie side by side.
#pragma once

#include <cstdint>
#include <vector>

#include "cpu/planned_stage.h"

namespace lenet::cpu {

struct EvaluationLayout {
  std::vector<std::int64_t> offsets;  ///< floats: of the network's input, then each stage's output
  std::int64_t size = 0;              ///< floats of the arena

  std::int64_t input() const { return offsets.front(); }
  std::int64_t output() const { return offsets.back(); }
  std::int64_t output(std::size_t stage) const { return offsets[stage + 1]; }
  std::int64_t value(const PlannedInput& input) const {
    return offsets[static_cast<std::size_t>(input.source + 1)];
  }
};

/// Stages: complete but for offsets. The network's input has `input` floats. Where all values are
/// wanted in the end, each has a place of its own.
EvaluationLayout evaluation_layout(const std::vector<PlannedStage>& stages, std::int64_t input,
                                   Values values = Values::kAsNeeded);

}  // namespace lenet::cpu
