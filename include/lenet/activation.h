// Functions applied element by element.
#pragma once

#include "lenet/export.h"

namespace LENET_PUBLIC lenet {

enum class Activation { kNone, kSigmoid, kReLU, kTanh };

}  // namespace lenet
