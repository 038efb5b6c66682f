// The order in which the CPU runs the stages of a network.
#pragma once

#include <vector>

#include "nn/stage.h"

namespace lenet::cpu {

/// The stages with their normalisations over the batch together: whatever can run without one that
/// is outstanding comes first, in the order of the text, and then all of them that can. All packs
/// of a batch meet before a normalisation, once for those that stand together: the two at the ends
/// of a residual block's branches cost one barrier. A chain stays as it is.
std::vector<Stage> scheduled(std::vector<Stage> stages);

}  // namespace lenet::cpu
