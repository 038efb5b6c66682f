// What an option must be.
#pragma once

#include <string>

#include "lenet/error.h"

namespace lenet {

/// Throws Error (kUsage) with the message unless `good`.
inline void require(bool good, const std::string& message) {
  if (!good) throw Error(ErrorKind::kUsage, message);
}

}  // namespace lenet
