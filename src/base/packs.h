// How many packs hold so many values.
#pragma once

#include <cstdint>

#include "lenet/pack.h"

namespace lenet {

constexpr std::int64_t packs_of(std::int64_t values) { return (values + kPack - 1) / kPack; }

/// The values that there is room for in those packs.
constexpr std::int64_t whole_packs(std::int64_t values) { return packs_of(values) * kPack; }

}  // namespace lenet
