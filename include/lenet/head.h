// The end of a network, which tells the classes apart: what changes when it goes on with others.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lenet/export.h"
#include "lenet/label.h"
#include "lenet/sequential.h"

namespace LENET_PUBLIC lenet {

/// The index of the layer whose outputs are the classes: the last Linear, behind which nothing but
/// activations, Dropout and Flatten of the library comes. Nothing if the network ends otherwise.
std::optional<std::int64_t> find_head(const Sequential& net);

/// The same. Throws Error (kUsage) if the network ends otherwise.
std::int64_t head_of(const Sequential& net);

/// The names of its parameters: "11.weight", "11.bias".
std::vector<std::string> head_parameters(const Sequential& net);

/// The same layers, which must be the library's, not built; with so many outputs. Throws Error
/// (kUsage).
Sequential with_new_head(const Sequential& net, std::int64_t classes);

/// Brings the outputs into another order: output k becomes what output order[k] was. net: built.
/// Throws Error (kUsage) unless `order` holds each output once.
void reorder_outputs(Sequential& net, std::span<const Label> order);

}  // namespace lenet
