// Where the values of an exported network lie in its one piece of memory.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "nn/inference.h"

namespace lenet {

struct Arena {
  std::map<std::int64_t, std::int64_t> offsets;  ///< of each value, in elements
  std::int64_t size = 0;

  std::int64_t at(std::int64_t value) const { return offsets.at(value); }
};

/// Of deployed_nodes(). A node that works element by element writes over what it reads, and a Sum
/// over one of its values, if nobody reads that any more. Concat's values are written where they
/// lie side by side: with `rescales`, those alone that nobody else reads, since Concat changes
/// them.
Arena arena_of(const std::vector<InferenceNode>& nodes, const Shape& input, bool rescales);

}  // namespace lenet
