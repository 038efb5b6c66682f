// The device of a run for which "auto" was given.
#pragma once

#include <string>

#include "lenet/fit.h"
#include "lenet/sequential.h"

namespace lenet {

/// Puts the CPU in place of a graphics card whose memory does not suffice to train the network.
/// Says why, if a card that is there is not taken; else empty.
std::string settle_device(Sequential& net, FitOptions& fit);

}  // namespace lenet
