// Which runs a sweep makes: a grid of option values, or values drawn at random.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace lenet {

/// Options that one run of a sweep has in place of the common ones.
using Overrides = nlohmann::ordered_json;

/// All combinations of the axes, the last one changing fastest. An axis is "lr=0.05,0.1", of whole
/// numbers "seed=0..9", or with ";" between values that hold a comma. Throws Error (kUsage).
std::vector<Overrides> grid_runs(const std::vector<std::string>& axes);

/// `trials` runs with values drawn for each axis: "lr=log:0.01..0.3" and "momentum=0.8..0.99"
/// uniform (on a logarithmic scale), else one of a list or of whole numbers as above. A trial draws
/// the same whatever the number of trials. Throws Error (kUsage).
std::vector<Overrides> random_runs(const std::vector<std::string>& axes, std::int64_t trials,
                                   std::uint64_t seed);

}  // namespace lenet
