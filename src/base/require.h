// What an option or an enumerator must be.
#pragma once

#include <string>

#include "lenet/error.h"

namespace lenet {

/// Throws Error (kUsage) with the message unless `good`.
inline void require(bool good, const std::string& message) {
  if (!good) throw Error(ErrorKind::kUsage, message);
}

/// Behind a switch that names every case: a number that none of them has, which no code of this
/// library makes. Throws Error (kFailed).
[[noreturn]] inline void unknown(const char* what) {
  throw Error(ErrorKind::kFailed, std::string("a number that names no ") + what);
}

}  // namespace lenet
