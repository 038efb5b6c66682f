// What the outputs of a network are called.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <vector>

namespace lenet {

/// The name of output k, where it is known; else "class k", or "output k" of what is no class.
inline std::string output_name(const std::vector<std::string>& names, std::int64_t k,
                               bool of_classes) {
  const auto i = static_cast<std::size_t>(k);
  if (i < names.size()) return names[i];
  return fmt::format("{} {}", of_classes ? "class" : "output", k);
}

}  // namespace lenet
