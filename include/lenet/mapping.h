// Functions applied to each element whose derivative needs their argument, not only their value.
#pragma once

namespace lenet {

struct Mapping {
  enum class Kind { kLeakyReLU, kSiLU, kScaledTanh };

  Kind kind;
  float a = 0;  ///< kLeakyReLU: the slope below 0
};

}  // namespace lenet
