// What a build of lenet was told to leave out.
#pragma once

#include <string>

#include "lenet/error.h"

namespace lenet {

/// "SUBJECT: this build of lenet has no PART; REMEDY".
inline std::string left_out(const std::string& subject, const std::string& part,
                            const std::string& remedy) {
  return subject + ": this build of lenet has no " + part + "; " + remedy;
}

/// Throws Error (kFailed) with that message.
[[noreturn]] inline void throw_left_out(const std::string& subject, const std::string& part,
                                        const std::string& remedy) {
  throw Error(ErrorKind::kFailed, left_out(subject, part, remedy));
}

}  // namespace lenet
