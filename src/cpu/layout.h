// Where in an arena the values of a network and the gradients by them lie.
//
// In a chain each value has a place of its own, and its gradient lies over it. Where values meet:
//
//   Sum      lies over one of its values, if nobody else reads that.
//   Concat   its values are written where they lie side by side, and not copied.
//   The gradient by the output of either is the gradient by what meets there, or its part of it:
//   no pass makes it.
//   Scale    keeps both of its values until the way back has come to it.
//
// A value of several readers has the sum of their gradients: they add theirs one after the other,
// in the reverse order of the stages, the first one by leaving it where it is.
#pragma once

#include <cstdint>
#include <vector>

#include "cpu/planned_stage.h"

namespace lenet::cpu {

/// Places all values and gradients behind the network's input of `first` floats. Stages: complete
/// but for offsets in the arena. Returns the floats of the arena.
std::int64_t lay_out(std::vector<PlannedStage>& stages, std::int64_t first);

}  // namespace lenet::cpu
