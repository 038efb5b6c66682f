// Outputs of images without targets.
#pragma once

#include <span>
#include <vector>

#include "lenet/trainer.h"
#include "train/pack_runner.h"

namespace lenet {

/// The outputs of the runner's plan for each image of a batch, (images, outputs).
std::vector<float> outputs_of(PackRunner& runner, const Batch& batch);

/// `values` as images of the network's input.
Batch unlabelled(const Sequential& net, std::span<const float> values);

}  // namespace lenet
