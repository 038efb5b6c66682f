// The graphics cards of this machine.
#pragma once

#include <string>

namespace lenet {

struct Gpus {
  int count = 0;         ///< that can be used
  std::string why_none;  ///< if the count is 0
};

/// Asks the driver. Defined by src/cuda, or by its stand-in where there is no CUDA.
Gpus find_gpus();

}  // namespace lenet
