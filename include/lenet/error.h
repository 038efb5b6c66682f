// The one exception type that lenet throws.
#pragma once

#include <stdexcept>
#include <string>

#include "lenet/export.h"

namespace LENET_PUBLIC lenet {

/// What went wrong, in the terms a caller acts on. The values are the command line's exit codes.
enum class ErrorKind {
  kFailed = 1,    ///< anything that has no kind of its own
  kUsage = 2,     ///< a wrong argument, option or model text
  kBadInput = 3,  ///< a file that is broken or does not fit
  kDiverged = 4,  ///< the loss is no longer a number
  kIo = 5,        ///< reading or writing failed, a full disk
};

/// Thrown at the edges: bad arguments, bad files, failed I/O. The message names the thing, what was
/// found, what was wanted and what to do.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}

  ErrorKind kind() const noexcept { return kind_; }

 private:
  ErrorKind kind_;
};

}  // namespace lenet
