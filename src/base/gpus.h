// The graphics cards of this machine.
#pragma once

#include <string>

namespace lenet {

struct Gpus {
  int count = 0;         ///< that can be used
  std::string why_none;  ///< if the count is 0
  bool present = false;  ///< a user may expect a card to be used
};

/// Asks the driver. Defined by src/cuda, or by its stand-in where there is no CUDA.
Gpus find_gpus();

/// Throws Error (kFailed), saying why, unless card `index` can be used.
void require_gpu(int index);

}  // namespace lenet
