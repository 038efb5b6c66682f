// The values of a file's network, given to another of the same layers.
#pragma once

#include "lenet/sequential.h"

namespace lenet::onnx {

/// Gives `net`, built, the values of `from` where both do the same; otherwise changes nothing and
/// throws Error (kBadInput).
void take_values(const Sequential& from, Sequential& net);

}  // namespace lenet::onnx
