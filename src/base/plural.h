// Numbers of things in a sentence.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>

namespace lenet {

/// "1 image", "3 images".
inline std::string counted(std::int64_t count, const char* thing) {
  return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

/// "1 class", "3 classes".
inline std::string class_count(std::int64_t count) {
  return fmt::format("{} class{}", count, count == 1 ? "" : "es");
}

}  // namespace lenet
