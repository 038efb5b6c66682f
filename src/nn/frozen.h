// Which of a network's parameters and buffers training leaves as they are.
#pragma once

#include <string>
#include <vector>

#include "lenet/layer.h"
#include "lenet/sequential.h"

namespace lenet {

/// Whole tensors, as runs of Sequential::parameters() and buffers(), in order.
struct Frozen {
  std::vector<ParameterRange> parameters, buffers;
};

/// Those that Trainer::Options::freeze names. net: built. Throws Error (kUsage) for a name that
/// means nothing there, and if no parameter is left to train.
Frozen frozen_of(const Sequential& net, const std::vector<std::string>& names);

/// What of `range` is in none of the frozen runs, in order.
std::vector<ParameterRange> trained_parts(const ParameterRange& range,
                                          const std::vector<ParameterRange>& frozen);

/// Whether the running statistics of a BatchNorm layer are frozen, which are these buffers: it then
/// normalises by them in training too.
bool keeps_statistics(const ParameterRange& buffers, const Frozen& frozen);

}  // namespace lenet
