// How right a network is, class by class.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "lenet/dataset.h"
#include "lenet/trainer.h"

namespace lenet {

/// The share of each class' images that are classified right; nothing for a class without images.
using ClassAccuracy = std::vector<std::optional<double>>;

/// Of each of the network's outputs, of which the data may have a part; none without classes.
ClassAccuracy per_class_accuracy(const Evaluation& evaluation, const Dataset& data,
                                 std::int64_t outputs);

}  // namespace lenet
