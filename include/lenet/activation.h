// Functions applied element by element.
#pragma once

namespace lenet {

enum class Activation { kNone, kSigmoid, kReLU, kTanh };

}  // namespace lenet
