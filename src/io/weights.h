// Which tensors of a safetensors file go to which parameters of a network.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lenet/safetensors.h"
#include "lenet/sequential.h"

namespace lenet {

/// The tensor for each parameter and buffer of `wanted`, by its name, with whatever prefix common
/// to all. `network`: its text. Throws Error (kBadInput) if one is missing, misshapen or left over.
std::vector<const NamedTensor*> weights_by_name(const SafeTensors& file,
                                                const std::vector<NamedParameter>& wanted,
                                                const std::string& network);

/// The same by WeightsBy::kOrder, for all parameters and buffers of `net`.
std::vector<const NamedTensor*> weights_by_order(const SafeTensors& file,
                                                 const std::vector<NamedParameter>& wanted,
                                                 const Sequential& net);

/// The first size of the last weight of two axes in that order; nothing if there is none.
std::optional<std::int64_t> last_linear_outputs(const SafeTensors& file);

}  // namespace lenet
