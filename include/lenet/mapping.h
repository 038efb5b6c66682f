// Functions applied to each element whose derivative needs their argument, not only their value.
#pragma once

#include "lenet/export.h"

namespace LENET_PUBLIC lenet {

struct Mapping {
  enum class Kind { kLeakyReLU, kSiLU, kScaledTanh };

  Kind kind;
  float a = 0;  ///< kLeakyReLU: the slope below 0
};

}  // namespace lenet
